/** One log with what is kept of its bodies. */
import { NotFoundError } from "cloudflare/core/error";
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { ask, type Account } from "../account/account.ts";
import { CommandError } from "../cli/define-command.ts";
import { readLogBody } from "../account/log-body.ts";
import { parseLog, type Log } from "./log.ts";

export interface OneLog {
  readonly log: Log;
  readonly request: Body | undefined;
  readonly response: Body | undefined;
}

export interface Body {
  /** As `readLogBody` has it. */
  readonly content: unknown;
  /** False where only its beginning is kept. */
  readonly isWhole: boolean;
}

/** Throws a CommandError where there is no such log. */
export async function readOneLog(account: Account, id: string): Promise<OneLog> {
  const { cloudflare, accountId, stack } = account;
  const { gatewayId } = stack.settings;
  const where = { account_id: accountId, gateway_id: gatewayId };
  const [raw, request, response] = await Promise.all([
    read(`read log ${JSON.stringify(id)}`, cloudflare.aiGateway.logs.get(id, where)),
    read("read its request", readLogBody(account, gatewayId, { id, side: "request" })),
    read("read its response", readLogBody(account, gatewayId, { id, side: "response" })),
  ]);
  if (raw === undefined) {
    throw new CommandError(
      `${gatewayId} has no log ${JSON.stringify(id)}; a new one appears some seconds after its answer, and the cap or a deletion may have taken an old one`,
    );
  }
  const heads = headsOf.parse(raw);
  return {
    log: parseLog(raw),
    request: toBody(request, heads.request_head),
    response: toBody(response, heads.response_head),
  };
}

/** Why a log has no bodies, as far as the stack file can tell. */
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

/** Undefined where there is none. */
function read<T>(what: string, question: Promise<T>): Promise<T | undefined> {
  return ask(what, "AI Gateway Read", question.catch(undefinedIfNotFound));
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof NotFoundError) return undefined;
  throw error;
}

function toBody(content: unknown, beginning: string | null | undefined): Body | undefined {
  if (content !== undefined && content !== null && content !== "") {
    return { content, isWhole: true };
  }
  return beginning ? { content: beginning, isWhole: false } : undefined;
}
