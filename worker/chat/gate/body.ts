/**
 * The one way to a request's body. The stack's limit holds for what a body becomes, too: a small one
 * may unpack to a thousand times its size.
 */
import type { Context } from "hono";

import type { App } from "../context.ts";
import { RefusalError, badRequest, type Refusal } from "../refusal.ts";

/** The content encodings that are unpacked, by the runtime's names of their formats. */
const FORMATS: ReadonlyMap<string, "gzip" | "deflate"> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/**
 * Reads the body of a request as text. Throws a RefusalError where it is larger than the stack
 * allows, or compressed in a way that is not served.
 */
export async function readBody(context: Context<App>): Promise<string> {
  const { headers, body } = context.req.raw;
  const limit = context.var.env.MAX_BODY_BYTES;
  if (Number(headers.get("content-length")) > limit) throw tooLarge(limit);
  if (body === null) return "";
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return readText(body, limit);
  const format = FORMATS.get(encoding);
  if (format === undefined) throw new RefusalError(unknownEncoding);
  try {
    // Its pipe waits for the reader, so no more is unpacked than is read.
    return await readText(body.pipeThrough(new DecompressionStream(format)), limit);
  } catch (error) {
    if (error instanceof RefusalError) throw error;
    throw badRequest("invalid_encoding", `body is not ${format}, as its content-encoding has it`);
  }
}

async function readText(stream: ReadableStream<Uint8Array>, limit: number): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (done) return text;
    size += value.length;
    if (size <= limit) continue;
    await reader.cancel().catch(() => {});
    throw tooLarge(limit);
  }
}

function tooLarge(limit: number): RefusalError {
  return new RefusalError({
    status: 413,
    code: "request_too_large",
    message: `body has more than ${limit} bytes, the limit of this stack`,
  });
}

const unknownEncoding: Refusal = {
  status: 415,
  code: "unsupported_encoding",
  message: "content-encoding is neither gzip nor deflate; leave it out, and send the body as it is",
};
