/** Makes requests that try to change what the Worker sends to the gateway. */
import fc from "fast-check";

import type { WireCall } from "./workerd.ts";

const POLICY_HEADERS = [
  "collect-log",
  "collect-log-payload",
  "gateway-id",
  "metadata",
  "skip-cache",
  "cache-ttl",
  "cache-key",
  "event-id",
  "authorization",
  "custom-cost",
  "request-timeout",
  "max-attempts",
  "zdr",
  "byok-alias",
  "no-wholesale",
  "otel-trace-id",
  "run-id",
  "session-id",
  "turn-id",
  "allowed-models",
  "allowed-providers",
  "no-session-affinity",
];
/** `cf-aig-collect-log` in every case, and what else the runtime or the platform listens to. */
const headerName = fc.oneof(
  fc.constantFrom(...POLICY_HEADERS).chain((name) => fc.mixedCase(fc.constant(`cf-aig-${name}`))),
  fc.constantFrom("cf-consn-model-id", "cf-skip-cache", "mf-url", "mf-header-cf-aig-collect-log"),
  fc.mixedCase(fc.constant("payment-method")),
);
const headerValue = fc.constantFrom(
  "true",
  "false",
  "TRUE",
  "1",
  "default",
  "x",
  "x402",
  "cloudflare/auto",
  '{"caller":"evil"}',
);
const gatewayOptions = {
  id: "default",
  collectLog: true,
  cacheTtl: 60,
  skipCache: true,
  metadata: { caller: "evil" },
  eventId: "evil",
};
const fieldName = fc.oneof(
  fc.constantFrom(
    "gateway",
    "options",
    "extraHeaders",
    "extra_headers",
    "prefix",
    "sessionOptions",
  ),
  fc.constantFrom("user", "id", "metadata", "store", "tags", "returnRawResponse", "websocket"),
  fc.constantFrom("constructor", "toString", "hasOwnProperty", "g\u0430teway", "gateway\u0000"),
  fc.string({ unit: "binary", maxLength: 8 }).map((text) => `x${text}`),
);
const fieldValue = fc.oneof(
  fc.constantFrom(gatewayOptions, { gateway: gatewayOptions }, true, "run", null),
  fc.constant({ "cf-aig-collect-log-payload": "true" }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** An attack: headers, and fields before and after the real ones. */
export const attack = fc.record({
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
  before: fc.dictionary(fieldName, fieldValue, { maxKeys: 4 }),
  after: fc.dictionary(fieldName, fieldValue, { maxKeys: 4 }),
});

type Fields = Readonly<Record<string, unknown>>;

/**
 * Puts fields around those of a JSON body; null stays null. A key may come twice: which counts is
 * the parser's choice.
 */
export function surround(
  body: string | null,
  { before, after }: { readonly before: Fields; readonly after: Fields },
): string | null {
  return body && `{${fields(before)}${body.slice(1, -1)}${fields(after, ",")}}`;
}

/** `"a":1,"b":2,`; with the comma in front for those that come last. */
function fields(record: Readonly<Record<string, unknown>>, comma = ""): string {
  const pairs = Object.entries(record).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return pairs.map((pair) => (comma === "" ? `${pair},` : `,${pair}`)).join("");
}

/** What must not vary; the event id is new for each call, and the length only tells of it. */
export function withoutIds(call: WireCall | undefined): unknown {
  const { eventId: _, ...gateway } = Object(Object(call?.body.options).gateway);
  const names = Object.entries(call?.headers ?? {}).filter(
    ([name]) => name.startsWith("mf-") && !/content-length$|-otel-/.test(name),
  );
  // Labels of the provider's own, which a form may have, and which the gateway does not read.
  const { metadata: __, user: ___, ...inputs } = Object(call?.body.inputs);
  return { url: call?.url, headers: Object.fromEntries(names), inputs, gateway };
}
