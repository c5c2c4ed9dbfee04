/** How full a gateway's storage is, what happens then, and when its oldest log goes. */
import { html } from "hono/html";

import { OBSERVABILITY_DAYS } from "../../../policy/platform.ts";
import type { Settings } from "../../../policy/settings/settings.ts";
import type { Cap } from "../log.ts";
import { DAY_MS, fateOfOldest, type Fate, type Retention, type Storage } from "../storage.ts";
import { count, day, number, time, type Html } from "./format.ts";

interface StorageArgs {
  readonly storage: Storage;
  /** The gateway's cap; undefined when the gateway is gone and its logs are still here. */
  readonly cap: Cap | undefined;
  /** The `logs` settings of the stack that declares the gateway. */
  readonly logs: Settings["logs"] | undefined;
  readonly now: number;
}

export function storageSection({ storage, cap, logs, now }: StorageArgs): Html {
  const isByDays = logs?.system === "observability";
  const { oldest } = storage;
  const retention: Retention = {
    cap: isByDays ? undefined : cap,
    keepDays: isByDays ? OBSERVABILITY_DAYS : logs?.keepDays,
  };
  return html`<section id="usage" aria-labelledby="storage">
    <h2 id="storage">Storage</h2>
    ${used(storage, retention.cap, isByDays)}
    <dl>
      <dt>When full</dt>
      <dd>${whenFull(retention.cap, isByDays)}</dd>
      ${oldest === undefined ? "" : oldestLog({ ...storage, oldest }, retention, now)}
    </dl>
  </section>`;
}

type Oldest = Storage & { readonly oldest: number };

function oldestLog(storage: Oldest, retention: Retention, now: number): Html {
  const fate = fateOfOldest(storage, retention, now);
  return html`<dt>Oldest log</dt>
    <dd>${time(storage.oldest)} UTC</dd>
    <dt>It goes</dt>
    <dd>${describeFate(fate, retention, { storage, now })}</dd>`;
}

function used(storage: Storage, cap: Cap | undefined, isByDays: boolean): Html {
  if (cap === undefined) {
    const why = isByDays
      ? "Workers Observability has no cap by count; a plan's allowance bounds it."
      : "The gateway is no more, and its cap with it.";
    return html`<p>${count(storage.count, "log")}. ${why}</p>`;
  }
  const { maxEntries } = cap;
  const share = ((100 * storage.count) / maxEntries).toFixed(storage.count < maxEntries ? 1 : 0);
  return html`<p id="used">${number(storage.count)} of ${count(maxEntries, "log")} (${share} %)</p>
    <meter
      min="0"
      max="${maxEntries}"
      high="${maxEntries * 0.9}"
      value="${storage.count}"
      aria-labelledby="used"
    ></meter>`;
}

function whenFull(cap: Cap | undefined, isByDays: boolean): string {
  if (cap === undefined) return isByDays ? "as the statement says" : "nothing more is stored";
  return cap.whenFull === "DELETE_OLDEST"
    ? "each new log pushes the oldest out"
    : "nothing new is stored; requests are served on, unseen";
}

const FAR = 3650 * DAY_MS;

function describeFate(
  fate: Fate,
  { keepDays = 0 }: Retention,
  { storage, now }: Pick<StorageArgs, "storage" | "now">,
): string {
  const rate = `at the rate of the last 24 hours (${count(storage.lastDay, "log")})`;
  if (fate.kind === "never")
    return "on no day that can be told: nothing goes by age, and none was added in the last 24 hours";
  if (fate.kind === "age") {
    const date = `${day(fate.at)}, after ${count(keepDays, "day")}`;
    return fate.at > now ? date : `${date}: it is due`;
  }
  if (fate.kind === "cap" && fate.at <= now) return "with the next log";
  const at = fate.at > now + FAR ? "in more than ten years" : `about ${day(fate.at)}`;
  if (fate.kind === "cap") return `${at}, when the cap is reached ${rate}`;
  return fate.at <= now
    ? "never: storage is full, and nothing new comes"
    : `never; ${at} the cap is reached ${rate}, and nothing new comes then`;
}
