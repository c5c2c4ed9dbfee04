/** Derives whether Cloudflare heeds the Worker's switches from what canaries left. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { count } from "../../policy/words.ts";
import type { Flight } from "./canaries.ts";

/**
 * Answers the two questions, for a stack that collects metadata: its gateway collects nothing, so
 * each log results from the Worker's call. A log that is absent may be late, which is no answer.
 */
export function answersOf(flights: readonly Flight[], now: Date): readonly EvidenceAnswer[] {
  const calls = flights.filter(({ canary }) => canary.status === 200);
  const logged = calls.filter(({ logs }) => logs.length > 0);
  const open = logged.filter(({ logs }) => logs.some(({ bodies }) => bodies.length > 0));
  const at = now.toISOString();
  return [
    {
      question: "binding-log",
      at,
      verdict: logged.length > 0 && logged.length === calls.length ? "kept" : "unknown",
      seen: `of ${calledThrough(calls.length)} ${logged.length} left a log that could be found`,
    },
    {
      question: "binding-payload",
      at,
      verdict: logged.length === 0 ? "unknown" : open.length === 0 ? "kept" : "broken",
      seen: `of ${calledThrough(logged.length)} with a log ${open.length} left a part of a body`,
    },
  ];
}

function calledThrough(number: number): string {
  return `${count(number, "call")} through the Worker`;
}
