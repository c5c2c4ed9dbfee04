/** Reads the body of a streamed answer: server-sent events, whose data is JSON in every form. */

/** Returns whether a body is a stream of events. */
export function isStream(body: string): boolean {
  return /^(?:data|event|id|retry)?:/.test(body);
}

/** Lists the data of the events that contain a text, in their order. */
export function dataOf(body: string, part = ""): readonly string[] {
  return body.split("\n").flatMap((line) => {
    const isData = line.startsWith("data:") && line.includes(part);
    return isData ? [line.slice("data:".length)] : [];
  });
}

/** Parses a text; undefined where it is no JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
