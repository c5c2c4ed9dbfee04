/** Judges whether a canary left in the log what the stack file promises. */
import { collected } from "../../policy/gateway/collect.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { count } from "../../policy/words.ts";
import { finding, problemsIf, verdict, type Finding } from "../look/finding.ts";
import type { LogParts } from "../look/log-parts.ts";
import { parseMetadata } from "../look/logs.ts";
import type { Canary, Kind } from "./canary.ts";

const STATUS: Readonly<Record<Kind, (status: number) => boolean>> = {
  normal: (status) => status === 200,
  streamed: (status) => status === 200,
  refused: (status) => status === 404,
  // A model's refusal has another status: these four are the Worker's own, or of what stands in its
  // place, and leave no log.
  failing: (status) => status >= 400 && ![401, 403, 429, 501].includes(status),
};

/** Explains why a canary's log would prove nothing; undefined where the response is as meant. */
export function judgeAnswer(canary: Canary): Finding | undefined {
  const { kind, status, reason } = canary;
  const about = `canary: ${kind}`;
  if (status === undefined) return finding("broken", about, `no answer came (${reason})`);
  if (STATUS[kind](status)) return undefined;
  if (kind === "failing" && status < 400) {
    return finding("unknown", about, "not looked at, because the model took what it should refuse");
  }
  const detail = reason === undefined ? "" : ` (${reason})`;
  if (status === 429) {
    return finding("unknown", about, `not looked at, because a limit refused it${detail}`);
  }
  const hint = status === 401 ? "; is AI_GATEWAY_CALLER_TOKEN one of the stack's callers?" : "";
  return finding("broken", about, `the Worker answered ${status}${detail}${hint}`);
}

/** Checks whether the stack promises at least one log, and not none. */
export function leavesLog(stack: Stack, kind: Kind): boolean {
  return kind !== "refused" && collected(stack.settings.logs).call;
}

export function judgeLogs(
  stack: Stack,
  { kind, eventId }: Canary,
  logs: readonly LogParts[],
): readonly Finding[] {
  const about = `canary: ${kind}`;
  if (!leavesLog(stack, kind)) {
    const problem = `left ${count(logs.length, "log")} (event ${eventId}); the stack promises none`;
    return verdict(about, logs.length === 0 ? [] : [problem], "left no log, as promised");
  }
  if (logs.length === 0) {
    return [finding("broken", about, `left no log that can be found (event ${eventId})`)];
  }
  const { bodies: isStored } = collected(stack.settings.logs);
  const missing = logs.map((log) => missingMetadata(stack, log));
  const problems = [
    ...(isStored ? [] : logs.flatMap(bodyProblems)),
    ...problemsIf(
      [
        isStored && !logs.some(({ bodies }) => bodies.includes("request")),
        "its log has no request body, and the stack declares collect full",
      ],
      [
        missing.every((keys) => keys.length > 0),
        `its log lacks metadata: ${missing[0]?.join(", ")}`,
      ],
    ),
  ];
  const kept = isStored ? "with bodies" : "without bodies";
  return verdict(about, problems, `left a log ${kept}, with stack, caller, release and route`);
}

function bodyProblems({ bodies, fields }: LogParts): readonly string[] {
  return problemsIf([
    bodies.length > 0,
    `its log ${String(fields["id"])} has a body (${bodies.join(", ")}), and the stack promises none; set collect to none, and delete it`,
  ]);
}

function missingMetadata({ name }: Stack, { fields }: LogParts): readonly string[] {
  const found = parseMetadata(fields["metadata"]);
  return ["stack", "caller", "release", "route"].filter((key) =>
    key === "stack" ? found[key] !== name : !found[key],
  );
}
