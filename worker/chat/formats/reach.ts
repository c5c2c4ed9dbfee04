/** Refuses what a request may not ask of a provider beside an answer. */
import type { Env, Reach } from "../env.ts";
import { badRequest } from "../refusal.ts";

/** Throws a RefusalError for the field at `path` where the stack does not allow what it asks for. */
export function requireReach({ ALLOW }: Pick<Env, "ALLOW">, reach: Reach, path: string): void {
  if (ALLOW.includes(reach)) return;
  throw badRequest(
    "unsupported_parameter",
    `${path} is not allowed here: it would put prompts or answers where this stack's policy does not say; leave it out (a stack allows it with worker.allow: [${reach}])`,
    path,
  );
}
