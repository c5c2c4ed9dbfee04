/** https://www.w3.org/TR/trace-context/#traceparent-header */
export interface Trace {
  /** 32 hexadecimal characters; the caller's, where it sent one. */
  readonly traceId: string;
  /** 16 hexadecimal characters; this request's own. */
  readonly spanId: string;
}

/** The caller's trace, continued, or a new one where it sent none that is valid. */
export function continueTrace(header: string | undefined): Trace {
  const [, traceId = "", parentId = ""] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(header ?? "") ?? [];
  const isValid = /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(parentId);
  return { traceId: isValid ? traceId : randomHex(16), spanId: randomHex(8) };
}

export function formatTrace({ traceId, spanId }: Trace): string {
  return `00-${traceId}-${spanId}-01`;
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
