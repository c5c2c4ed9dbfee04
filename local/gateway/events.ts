/** Reads the body of a streamed answer: server-sent events, whose data is JSON in every form. */

/** Returns whether a body is a stream of events. */
export function isStream(body: string): boolean {
  return /^(?:data|event|id|retry)?:/.test(body);
}

/** Lists the data of the events, in their order. */
export function dataOf(body: string): readonly string[] {
  return body
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length));
}
