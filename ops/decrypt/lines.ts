/** Reads the lines of a file as Logpush writes it: NDJSON, with gzip around it or not. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

// Some three times what Cloudflare stores of a log, encrypted and in base64. A gzip of kilobytes may
// unpack to a line that no memory holds.
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/** Yields each line. Rejects as the input does, and where the gzip is broken. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // In pieces, each of which is looked through once: joined at every chunk, a long line would take
  // the square of its length.
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unzipped(input)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...pieces, chunk.subarray(start, end)]).toString("utf8");
      if (line !== "") yield line;
      [pieces, bytes, start] = [[], 0, end + 1];
    }
    pieces.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw new Error(`a line has more than ${MAX_LINE_BYTES} bytes`);
  }
  const rest = Buffer.concat(pieces).toString("utf8");
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
