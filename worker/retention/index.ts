/**
 * The retention Worker: a cron trigger in, deleted logs out. It has no address and answers no
 * request.
 */
import { alertOf, sendAlert } from "./alert.ts";
import { cleanUp } from "./clean-up.ts";
import { checkEnv, type RawEnv } from "./env.ts";
import type { Platform } from "./request.ts";

const platform: Platform = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

export default {
  fetch: () => new Response("not found\n", { status: 404 }),

  async scheduled(_: unknown, raw: RawEnv): Promise<void> {
    const env = checkEnv(raw);
    const report = await cleanUp(env, platform);
    const alert = alertOf(report);
    const line = JSON.stringify({ message: "retention", ...report });
    if (alert === undefined) {
      console.log(line);
      return;
    }
    console.error(line);
    if (env.ALERT_URL !== undefined) await sendAlert(env.ALERT_URL, alert, platform);
    // The error makes the account's list of cron events show the failure, too.
    throw new Error(alert.text);
  },
};
