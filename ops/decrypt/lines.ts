/** Reads the lines of a file as Logpush writes it: NDJSON, with gzip around it or not. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Yields each line. Rejects as the input does, and where the gzip is broken. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of unzipped(input)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}

async function* unzipped(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = input[Symbol.asyncIterator]();
  const { value: first = Buffer.of() } = await chunks.next();
  const all = startingWith(first, chunks);
  // Gzip begins with this byte, and no JSON does.
  if (first[0] !== 0x1f) yield* all;
  else yield* pipeline(Readable.from(all), createGunzip(), () => {});
}

async function* startingWith(
  first: Buffer,
  rest: AsyncIterator<Buffer, unknown>,
): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
