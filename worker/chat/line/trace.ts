/** The ids of a W3C trace: https://www.w3.org/TR/trace-context/#traceparent-header */
export interface Trace {
  /** The trace's id, the caller's where it sent one: 32 hexadecimal characters. */
  readonly traceId: string;
  /** This request's own id: 16 hexadecimal characters. */
  readonly spanId: string;
}

/** Continues the caller's trace; begins a new one where the header is absent or invalid. */
export function continueTrace(header: string | undefined): Trace {
  const [, traceId = "", parentId = ""] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? "") ?? [];
  const isValid = /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId);
  return { traceId: isValid ? traceId : randomHex(16), spanId: randomHex(8) };
}

/** Formats a `traceparent` header. */
export function formatTrace({ traceId, spanId }: Trace): string {
  return `00-${traceId}-${spanId}-01`;
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
