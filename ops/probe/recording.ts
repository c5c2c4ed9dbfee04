/**
 * Records the form of the REST API's answers during a probe, as a fixture that the local account is
 * tested against. It holds names and types of fields, and no value but codes of errors.
 */
import { dirname } from "node:path";

import type { EvidenceSubject } from "../../policy/evidence/evidence.ts";
import type { Connection } from "../account/account.ts";
import { parseJson } from "../../policy/json.ts";
import { makeFolder, writeOutput } from "../cli/output-file.ts";

/** The answers to one call, which had the same status. */
interface RecordedCall {
  /** The method and the path, with a name such as `:gateway` in the place of each id. */
  readonly call: string;
  readonly status: number;
  /** The places of all fields with their types, such as `result[].id: string`. */
  readonly fields: readonly string[];
}

/** A connection whose answers are recorded. */
export interface Recording {
  readonly connection: Connection;
  /** Lists what was recorded so far, in the order of the calls' names. */
  calls(): readonly RecordedCall[];
}

/** Records what is answered to a connection's requests. */
export function record({ cloudflare, accountId }: Connection): Recording {
  const found = new Map<string, Set<string>>();
  const recording = cloudflare.withOptions({
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const call = `${init?.method?.toUpperCase() ?? "GET"} ${withoutIds(pathname, accountId)}`;
      const key = `${call} ${response.status}`;
      const body = parseJson(await response.clone().text(), undefined);
      const fields = isBodyOfLog(call) ? [] : fieldsOf(body, "");
      found.set(key, (found.get(key) ?? new Set()).union(new Set(fields)));
      return response;
    },
  });
  const calls = () =>
    [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, fields]) => toCall(key, fields));
  return { connection: { cloudflare: recording, accountId }, calls };
}

/** Writes the fixture. Throws a CommandError where that fails. */
export async function writeAnswers(
  file: string,
  asked: EvidenceSubject,
  calls: readonly RecordedCall[],
): Promise<void> {
  await makeFolder("--answers", dirname(file));
  const fixture = { asked, at: new Date().toISOString(), calls };
  await writeOutput("--answers", file, `${JSON.stringify(fixture, undefined, 2)}\n`);
}

function toCall(key: string, fields: ReadonlySet<string>): RecordedCall {
  const end = key.lastIndexOf(" ");
  return {
    call: key.slice(0, end),
    status: Number(key.slice(end)),
    fields: [...fields].toSorted(),
  };
}

function withoutIds(pathname: string, accountId: string): string {
  return pathname
    .replace(/^.*?\/client\/v4/, "")
    .replace(accountId, ":account")
    .replace(/\/gateways\/[^/]+/, "/gateways/:gateway")
    .replace(/\/logs\/[^/]+/, "/logs/:log")
    .replace(/\/jobs\/[^/]+/, "/jobs/:job");
}

/** A body of a log is whatever a caller and a model wrote. */
function isBodyOfLog(call: string): boolean {
  return /:log\/(?:request|response)$/.test(call);
}

/** The fields whose keys are somebody's data. */
const OPEN = /\.(?:metadata|headers)$/;

function fieldsOf(value: unknown, place: string): readonly string[] {
  if (Array.isArray(value)) {
    return [`${place}: list`, ...value.flatMap((each) => fieldsOf(each, `${place}[]`))];
  }
  if (typeof value === "object" && value !== null) {
    const own = place === "" ? [] : [`${place}: object`];
    if (OPEN.test(place)) return own;
    const inside = Object.entries(value).flatMap(([name, field]) =>
      fieldsOf(field, place === "" ? name : `${place}.${name}`),
    );
    return [...own, ...inside];
  }
  const isCode = place === "errors[].code" && typeof value === "number";
  return [`${place}: ${value === null ? "null" : isCode ? String(value) : typeof value}`];
}
