/** Asks an account's GraphQL API for counts of calls. */
import { z } from "zod";

import { DATASET } from "../../local/analytics/dataset.ts";

const values = z.record(z.string(), z.unknown());
const row = z.object({
  count: z.number().default(NaN),
  sum: values.default({}),
  dimensions: values.default({}),
});
const body = z.object({
  data: z.object({ viewer: z.record(z.string(), z.array(values)) }).nullish(),
  errors: z.unknown(),
});

/** The body of an answer. */
export type Body = z.output<typeof body>;

/** Where a query goes, and with which token. */
export interface Door {
  readonly apiUrl: string;
  readonly token: string;
}

/** Sends a query with its variables. */
export async function ask({ apiUrl, token }: Door, query: string, variables: object) {
  const response = await fetch(`${apiUrl}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: body.parse(await response.json()) };
}

/** Writes a query of the dataset in the account `$a`. */
export function datasetQuery(args: string, fields: string): string {
  return `query($a: string!, $start: Time, $end: Time) { viewer { accounts(filter: {accountTag: $a}) {
    ${DATASET}(${args}) { ${fields} } } } }`;
}

/** Lists the groups of an answer, under the name that the query has for the dataset. */
export function rowsOf({ data }: Body, key: string = DATASET) {
  return z.array(row).parse(data?.viewer["accounts"]?.[0]?.[key]);
}

/** Returns the first group of an answer, under the name that the query has for the dataset. */
export function firstRow(answer: Body, key?: string): z.output<typeof row> {
  return row.parse(rowsOf(answer, key)[0]);
}
