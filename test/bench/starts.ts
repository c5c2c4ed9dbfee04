/** `npm start` beside `wrangler dev` of the same Worker: how long each takes to its first answer. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Script } from "../../local/account.ts";
import { ROOT } from "../../local/paths.js";
import { loadAccount, readLocalKey } from "../../local/stack.ts";
import { timeToAnswer, type Server } from "./time-to-answer.ts";

export interface Starts {
  /** Milliseconds, one number a round. */
  readonly local: readonly number[];
  readonly wrangler: readonly number[];
}

/** Rounds in turn, so that a machine that is busy for a while slows both. One more of each, to warm up, is left out. */
export async function measureStarts(rounds: number): Promise<Starts> {
  const key = await readLocalKey();
  const { script } = await loadAccount("dev", key);
  const folder = await mkdtemp(join(tmpdir(), "ai-gateway-bench-"));
  try {
    const config = await writeConfig(folder, script);
    const local: number[] = [];
    const wrangler: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      local.push(await timeToAnswer(localStart(key)));
      wrangler.push(await timeToAnswer(wranglerDev(config)));
    }
    return { local: local.slice(1), wrangler: wrangler.slice(1) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function localStart(key: string): Server {
  return {
    name: "local/start.js",
    args: ["--disable-warning=ExperimentalWarning", join(ROOT, "local/start.js")],
    headers: { authorization: `Bearer ${key}` },
    isAnswer: (status) => status === 200,
  };
}

function wranglerDev(config: string): Server {
  return {
    name: "wrangler dev",
    args: [join(ROOT, "node_modules/.bin/wrangler"), "dev", "--config", config, "--local"],
    env: { CI: "1", WRANGLER_SEND_METRICS: "false" },
    // Without the AI binding it says 500, which is an answer of the Worker all the same.
    isAnswer: () => true,
  };
}

/** The declared Worker without its AI binding, which asks for a login. */
async function writeConfig(folder: string, script: Script): Promise<string> {
  await cp(join(ROOT, script.contentFile), join(folder, "chat.js"));
  const vars = script.bindings.flatMap((binding) =>
    !("text" in binding) ? [] : [[binding.name, binding.text]],
  );
  const config = {
    name: script.scriptName,
    main: "chat.js",
    no_bundle: true,
    compatibility_date: script.compatibilityDate,
    vars: Object.fromEntries(vars),
    send_metrics: false,
  };
  const file = join(folder, "wrangler.json");
  await writeFile(file, JSON.stringify(config));
  return file;
}
