/** Reads the gateway's response to a call. */
import * as v from "valibot";

import { parseJson } from "../../json.ts";

/** Returns the id of the call's log; undefined when the gateway kept none. */
export function logIdOf(response: Response): string | undefined {
  return response.headers.get("cf-aig-log-id") ?? undefined;
}

export function isEventStream(response: Response): boolean {
  return /^text\/event-stream/i.test(response.headers.get("content-type") ?? "");
}

/** Reads the body as JSON, or as the text itself where it is none. */
export async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  return parseJson(text) ?? text;
}

/** Reads a value of one shape; undefined when it has another. */
export function readAs<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
