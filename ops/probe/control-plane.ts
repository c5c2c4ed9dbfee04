/** What the API makes of a create and of an update that leaves fields out. */
import type { Scratch } from "./scratch.ts";

export interface Answer {
  /** Number in docs/what-is-stored.md, “Open points”. */
  readonly point: number;
  readonly question: string;
  readonly answer: string;
}

const REQUIRED = {
  cache_invalidate_on_update: true,
  cache_ttl: 0,
  collect_logs: false,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

/** Each harmless: a flag, a limit nobody reaches, an exporter to a name that cannot exist. */
const PUT_ONLY = {
  guardrails: { prompt: { S1: "FLAG" }, response: {} },
  spend_limits: {
    enabled: true,
    rules: [
      {
        id: "probe",
        enabled: true,
        limit: 1000,
        limitType: "cost",
        window: 86_400,
        technique: "fixed",
      },
    ],
  },
  otel: [{ url: "https://traces.invalid/v1", headers: {}, content_type: "json" }],
} as const;

const FIELDS = Object.keys(PUT_ONLY);

/** Makes the scratch gateway. */
export async function askCreate(scratch: Scratch): Promise<Answer> {
  const { gatewayId: id } = scratch;
  const refusal = await tryCall(scratch, "post", "", { id, ...REQUIRED, ...PUT_ONLY });
  if (refusal !== undefined) await call(scratch, "post", "", { id, ...REQUIRED });
  const answer =
    refusal === undefined ? describe(await read(scratch)) : `a create with them is ${refusal}`;
  return { point: 3, question: `does a create take ${FIELDS.join(", ")}?`, answer };
}

export async function askOmitted(scratch: Scratch): Promise<Answer> {
  const { gatewayId } = scratch;
  await call(scratch, "put", `/${gatewayId}`, { ...REQUIRED, ...PUT_ONLY });
  await call(scratch, "put", `/${gatewayId}`, REQUIRED);
  return {
    point: 10,
    question: `does an update that leaves out ${FIELDS.join(", ")} clear them?`,
    answer: describe(await read(scratch)),
  };
}

export async function setCollect(scratch: Scratch, collect_logs: boolean): Promise<void> {
  await call(scratch, "put", `/${scratch.gatewayId}`, {
    ...REQUIRED,
    collect_logs,
    guardrails: null,
    spend_limits: null,
    otel: null,
  });
}

/** `kept: otel; not there: guardrails, spend_limits` */
function describe(gateway: Readonly<Record<string, unknown>>): string {
  const isThere = (field: string) => {
    const value = gateway[field];
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  };
  const { true: there = [], false: gone = [] } = Object.groupBy(FIELDS, (field) =>
    isThere(field) ? "true" : "false",
  );
  return `there: ${there.join(", ") || "none"}; not there: ${gone.join(", ") || "none"}`;
}

async function read({ cloudflare, accountId, gatewayId }: Scratch) {
  return { ...(await cloudflare.aiGateway.get(gatewayId, { account_id: accountId })) };
}

/** By path: the SDK's types follow the published create, which is what is in question. */
async function call(
  { cloudflare, accountId, signal }: Scratch,
  method: "post" | "put",
  path: string,
  body: object,
): Promise<void> {
  signal.throwIfAborted();
  await cloudflare[method](`/accounts/${accountId}/ai-gateway/gateways${path}`, { body });
}

/** How it was refused, or undefined. */
async function tryCall(...args: Parameters<typeof call>): Promise<string | undefined> {
  try {
    await call(...args);
    return undefined;
  } catch (error) {
    const { status } = Object(error);
    if (status === 400 || status === 422) return `refused with ${status}`;
    throw error;
  }
}
