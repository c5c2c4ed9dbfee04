import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import type { Answer } from "../account/account.ts";
import { readCalls, total, type CountedCalls } from "../look/analytics.ts";
import { poll, type Patience } from "../look/log-parts.ts";
import { answered, notAnswered } from "./answer.ts";
import { MARK } from "./headers.ts";
import type { Scratch } from "./scratch.ts";

const QUESTION = "analytics-unlogged";

// Delays of two to six minutes were reported. Most of that has passed when this is asked.
const PATIENCE = 5;
const MINUTE_MS = 60_000;

/** Looks for the call that `probeHeaders` sent without a log, by its metadata. */
export async function probeAnalytics(
  scratch: Scratch,
  { waitSeconds }: Patience,
): Promise<EvidenceAnswer> {
  const patience = { waitSeconds: PATIENCE * waitSeconds };
  const found = await poll(
    () => readToday(scratch),
    (calls) => unlogged(calls) > 0,
    patience,
  );
  if (found.kind === "missing") return notAnswered(QUESTION, "there is no GraphQL API");
  if (found.kind === "unknown") return notAnswered(QUESTION, found.reason);
  const calls = found.value;
  if (calls.length === 0) return notAnswered(QUESTION, "no call of the gateway is counted yet");
  const marked = unlogged(calls);
  const seen = `${count(total(calls), "call")} of the gateway are counted, ${marked} of them with the metadata of the one without a log`;
  return answered(QUESTION, marked > 0 ? "kept" : "broken", seen);
}

function unlogged(calls: readonly CountedCalls[]): number {
  return total(calls.filter(({ metadata }) => JSON.stringify(metadata).includes(MARK)));
}

function readToday(scratch: Scratch): Promise<Answer<readonly CountedCalls[]>> {
  scratch.signal.throwIfAborted();
  const now = Date.now();
  // The clocks of two machines differ.
  return readCalls(scratch, { from: new Date(now - DAY_MS), until: new Date(now + MINUTE_MS) });
}
