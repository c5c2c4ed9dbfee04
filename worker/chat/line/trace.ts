/** The ids of a W3C trace: https://www.w3.org/TR/trace-context/#traceparent-header */
export interface Trace {
  /** The trace's id, the caller's where it sent one: 32 hexadecimal characters. */
  readonly traceId: string;
  /** This request's own id: 16 hexadecimal characters. */
  readonly spanId: string;
  /** The id of the caller's span; absent where it sent none. */
  readonly parentId?: string;
  /** Whether the trace is recorded: what the caller decided, or true where it began none. */
  readonly isSampled: boolean;
}

/** Continues the caller's trace; begins a new one where the header is absent or invalid. */
export function continueTrace(header: string | undefined): Trace {
  const [, traceId = "", parentId = "", flags = ""] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? "") ?? [];
  const isValid = /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId);
  const spanId = randomHex(8);
  if (!isValid) return { traceId: randomHex(16), spanId, isSampled: true };
  return { traceId, spanId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Formats a `traceparent` header. */
export function formatTrace({ traceId, spanId, isSampled }: Trace): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
