/** Probes the unit of a spend limit and of its window, and what a call over it gets. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { parseJson } from "../../policy/json.ts";
import { need } from "../account/account.ts";
import { poll } from "../look/log-parts.ts";
import { answered, isInvalid, notAnswered } from "./answer.ts";
import { RULE } from "./control-plane.ts";
import { send, type DataPlane, type Reply } from "./data-plane.ts";
import { REQUIRED, type Scratch } from "./scratch.ts";

const QUESTION = "spend-units";
/** In US dollars; a call worth some cents meets it only where the limit is in cents. */
const LIMIT = 0.5;
/** Prices of a token, with which a prompt of 10 to 100 tokens costs so much. */
const PRICES = { free: 0, cents: 0.002, dollars: 0.1 } as const;

/** The most calls that are paid for: those that look whether a limit is met, ever more slowly. */
export const SPEND_CALLS = 24;

/**
 * Makes a gateway with a limit, and sends calls whose costs the requests name: one below the limit,
 * one above it, and free ones until they are refused, and until they are served again.
 */
export async function probeSpend(scratch: Scratch, plane: DataPlane): Promise<EvidenceAnswer> {
  // Costs are counted some time after the call, and a window must not end before that.
  const window = Math.max(2 * plane.waitSeconds, 1);
  const about = await setLimit(scratch, window);
  if ("refusal" in about) return notAnswered(QUESTION, about.refusal);
  const first = await spend(scratch, plane, "cents");
  if (first.status !== 200) {
    return notAnswered(QUESTION, `a call was answered with ${first.status}`);
  }
  const calls = { scratch, plane };
  const early = await watch(calls, ({ status }) => status !== 200, plane.waitSeconds);
  if (early.isSeen) {
    const seen = `${about.readBack}, one call worth cents is enough: the next gets ${nameReply(early.reply)}`;
    return answered(QUESTION, "broken", seen);
  }
  await spend(scratch, plane, "dollars");
  const spentAt = performance.now();
  const late = await watch(calls, ({ status }) => status !== 200, plane.waitSeconds);
  if (!late.isSeen) {
    const seen = `${about.readBack}, no call is refused within ${plane.waitSeconds} s of one worth dollars`;
    return notAnswered(QUESTION, seen);
  }
  const refused = `${about.readBack}, a call worth cents is not enough, one worth dollars is: the next gets ${nameReply(late.reply)}`;
  const open = await watch(calls, ({ status }) => status === 200, window * 1.5);
  const seconds = (performance.now() - spentAt) / 1000;
  if (!open.isSeen)
    return answered(QUESTION, "broken", `${refused}, still after ${round(seconds)}`);
  return answered(
    QUESTION,
    about.isAsSent && late.reply.status === 429 && seconds >= window / 2 ? "kept" : "broken",
    `${refused}, and ${round(seconds)} after the cost calls are served again`,
  );
}

interface Limited {
  readonly readBack: string;
  readonly isAsSent: boolean;
}

/** Makes the gateway, sets the limit by an update, and reads it back. */
async function setLimit(
  { cloudflare, accountId, gatewayId: id }: Scratch,
  window: number,
): Promise<Limited | { readonly refusal: string }> {
  const spend_limits = { enabled: true, rules: [{ ...RULE, limit: LIMIT, window }] };
  await cloudflare.aiGateway.create({ account_id: accountId, id, ...REQUIRED });
  try {
    await cloudflare.aiGateway.update(id, { account_id: accountId, ...REQUIRED, spend_limits });
  } catch (error) {
    const { status } = Object(error);
    if (!isInvalid(status)) throw error;
    return { refusal: `a window of ${window} is refused with ${status}` };
  }
  const gateway = await cloudflare.aiGateway.get(id, { account_id: accountId });
  const [found] = gateway.spend_limits?.rules ?? [];
  const isAsSent = found?.limit === LIMIT && found.window === window;
  const as = isAsSent ? "as sent" : `as ${found?.limit ?? "none"} and ${found?.window ?? "none"}`;
  return { isAsSent, readBack: `of a limit of ${LIMIT} in a window of ${window}, read back ${as}` };
}

interface Calls {
  readonly scratch: Scratch;
  readonly plane: DataPlane;
}

/** Sends free calls, ever more slowly, until one is as expected or the time is over. */
async function watch(
  { scratch, plane }: Calls,
  isExpected: (reply: Reply) => boolean,
  waitSeconds: number,
): Promise<{ readonly reply: Reply; readonly isSeen: boolean }> {
  const request = async () =>
    ({ kind: "answer", value: await spend(scratch, plane, "free") }) as const;
  const reply = need("call a model", await poll(request, isExpected, { waitSeconds }));
  return { reply, isSeen: isExpected(reply) };
}

/** https://developers.cloudflare.com/ai-gateway/configuration/custom-costs/ */
function spend(scratch: Scratch, plane: DataPlane, price: keyof typeof PRICES): Promise<Reply> {
  const cost = { per_token_in: PRICES[price], per_token_out: 0 };
  return send(scratch, plane, { "cf-aig-custom-cost": JSON.stringify(cost) });
}

/** Describes a refusal by its status and code; its message may name the account. */
function nameReply({ status, body }: Reply): string {
  const { error, errors, code } = Object(parseJson(body, undefined));
  const codes = [code, ...[errors, error].flat().map((each) => Object(each).code)];
  const found = codes.find((each) => typeof each === "number" || typeof each === "string");
  return `${status} ${found === undefined ? "without a code" : `with code ${String(found).slice(0, 30)}`}`;
}

function round(seconds: number): string {
  return `${Math.round(seconds)} s`;
}
