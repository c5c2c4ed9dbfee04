/** Reads one log with its bodies. */
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { need, type Answer, type Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { parseLog, type Log } from "../look/logs.ts";
import { readLog } from "../look/logs-api.ts";

/** A log and its bodies, where they are kept. */
export interface OneLog {
  readonly log: Log;
  readonly request: Body | undefined;
  readonly response: Body | undefined;
}

/** A body, or its beginning. */
export interface Body {
  /** The body as JSON, or as text. */
  readonly content: unknown;
  /** Whether all of it is kept, not only its beginning. */
  readonly isWhole: boolean;
}

/** Reads one log. Throws a CommandError where there is no such log. */
export async function readOneLog(gateway: Gateway, id: string): Promise<OneLog> {
  const { fields, request, response } = await readLog(gateway, id);
  const raw = valueOf(`read log ${JSON.stringify(id)}`, fields);
  if (raw === undefined) {
    throw new CommandError(
      `${gateway.gatewayId} has no log ${JSON.stringify(id)}; a new one appears some seconds after its answer, and the cap or a deletion may have taken an old one`,
    );
  }
  const heads = headsOf.parse(raw);
  return {
    log: parseLog(raw),
    request: toBody(valueOf("read its request", request), heads.request_head),
    response: toBody(valueOf("read its response", response), heads.response_head),
  };
}

/** Explains why a log has no bodies, as far as the stack file shows it. */
export function whyNoBodies({ name, settings: { logs } }: Stack): string {
  const reasons: Record<typeof logs.collect, string> = {
    metadata: "keeps no bodies (logs.collect is metadata)",
    none: "keeps no logs (logs.collect is none); this one is of a call beside its Worker, or of an earlier setting",
    full: "keeps bodies (logs.collect is full); this call switched them off, or is of an earlier setting",
  };
  return `stack ${name} ${reasons[logs.collect]}`;
}

const head = z.string().nullish().catch(undefined);
const headsOf = z.object({ request_head: head, response_head: head });

/** Returns the value, or undefined where there is none. Throws where it is unknown. */
function valueOf<T>(what: string, answer: Answer<T>): T | undefined {
  return answer.kind === "missing" ? undefined : need(what, answer);
}

function toBody(content: unknown, beginning: string | null | undefined): Body | undefined {
  if (content !== undefined && content !== null && content !== "") {
    return { content, isWhole: true };
  }
  return beginning ? { content: beginning, isWhole: false } : undefined;
}
