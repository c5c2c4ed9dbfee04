/** Alerts an address of yours when somebody has to look at a run. */
import type { Report } from "./clean-up.ts";
import type { Platform } from "./request.ts";
import type { Ended } from "./run-end.ts";

const FAILED: readonly Ended[] = [
  "filter ignored",
  "order ignored",
  "refused",
  "unavailable",
  "unreadable",
];

/** The body of an alert; Slack, Mattermost and others show `text`. */
type Alert = Report & { readonly text: string };

const ALERT_MS = 10_000;

/** Makes the alert about a run; undefined where nobody has to look at it. */
export function alertOf(report: Report): Alert | undefined {
  const { stack, gateway, keepDays, ended, status, oldest, isBehind } = report;
  if (!FAILED.includes(ended) && !isBehind) return undefined;
  const answer = status === undefined ? "" : ` (status ${status})`;
  const behind = isBehind ? `; a log of ${oldest} is still there` : "";
  const text = `logs of gateway ${gateway}, stack ${stack}, should go after ${keepDays} ${keepDays === 1 ? "day" : "days"}; this run ended: ${ended}${answer}${behind}`;
  return { text, ...report };
}

/**
 * Sends an alert. Rejects when the address does not take it: with a status, and never with the
 * address, which may hold a key.
 */
export async function sendAlert(url: string, alert: Alert, platform: Platform): Promise<void> {
  const response = await platform
    .fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(alert),
      redirect: "manual",
      signal: AbortSignal.timeout(ALERT_MS),
    })
    .catch(() => undefined);
  await response?.body?.cancel();
  if (response?.ok === true) return;
  throw new Error(`alert not taken: ${response === undefined ? "no answer" : response.status}`);
}
