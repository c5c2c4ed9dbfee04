/** What of the logs is shown: read from the address, written into links, and chosen in a form. */
import { html } from "hono/html";
import { z } from "zod";

import type { Filter } from "../query.ts";
import type { Place, Selection } from "../selection.ts";
import type { Html } from "./format.ts";
import { findWrongWords, type WrongWord } from "./wrong-words.ts";

const HOUR = 60 * 60_000;

const SINCE = {
  "1h": { words: "the last hour", span: HOUR },
  "24h": { words: "the last 24 hours", span: 24 * HOUR },
  "7d": { words: "the last 7 days", span: 7 * 24 * HOUR },
  "30d": { words: "the last 30 days", span: 30 * 24 * HOUR },
  all: { words: "all time", span: undefined },
} as const;

const STATUSES = {
  any: { words: "any", statuses: undefined },
  ok: { words: "succeeded (below 400)", statuses: [0, 399] },
  failed: { words: "failed (400 and above)", statuses: [400, 999] },
  "2xx": { words: "2xx", statuses: [200, 299] },
  "4xx": { words: "4xx", statuses: [400, 499] },
  "5xx": { words: "5xx", statuses: [500, 599] },
} as const;

const CACHED = { any: { words: "any" }, yes: { words: "yes" }, no: { words: "no" } } as const;

const word = z.string().trim().max(200).default("");

const schema = z.strictObject({
  gateway: word,
  model: word,
  caller: word,
  q: word,
  since: z.enum(["1h", "24h", "7d", "30d", "all"]).default("24h"),
  status: z.enum(["any", "ok", "failed", "2xx", "4xx", "5xx"]).default("any"),
  cached: z.enum(["any", "yes", "no"]).default("any"),
  after: z
    .string()
    .regex(/^\d{1,15}\.\d{1,15}$/)
    .optional(),
});

/** Empty text means: any. */
export type Filters = Readonly<z.output<typeof schema>>;

export interface Reading {
  readonly filters: Filters;
  /** They count as not said: the form shows what is chosen instead. */
  readonly wrong: readonly WrongWord[];
}

export function readFilters(query: URLSearchParams, gateway: string): Reading {
  const wrong = findWrongWords(query, schema, Object.keys(schema.shape));
  const names = new Set(wrong.map(({ name }) => name));
  const filters = schema.parse(Object.fromEntries([...query].filter(([name]) => !names.has(name))));
  return { filters: { ...filters, gateway: filters.gateway || gateway }, wrong };
}

/** `?…` with what differs from a page without a choice; the place in the list only if given. */
export function toQuery({ after: _, ...filters }: Filters, after?: Place): string {
  const usual: Readonly<Record<string, unknown>> = { since: "24h", status: "any", cached: "any" };
  const said = Object.entries(filters).filter(
    ([name, value]) => value !== "" && value !== usual[name],
  );
  const query = new URLSearchParams(said);
  if (after !== undefined) query.set("after", `${after.createdAt}.${after.seq}`);
  return `?${query.toString()}`;
}

export function toSelection(filters: Filters, now: number, oldest: number | undefined): Selection {
  const { gateway, q, since, status } = filters;
  const { span } = SINCE[since];
  return {
    query: { gateway, filters: toLogFilters(filters), search: q === "" ? undefined : q },
    statuses: STATUSES[status].statuses,
    from: span === undefined ? Math.min(oldest ?? now, now) : now - span,
  };
}

export function toPlace({ after }: Filters): Place | undefined {
  if (after === undefined) return undefined;
  const [createdAt = 0, seq = 0] = after.split(".").map(Number);
  return { createdAt, seq };
}

export function isFiltered({ model, caller, q, status, cached }: Filters): boolean {
  return model + caller + q !== "" || status !== "any" || cached !== "any";
}

export function sinceWords({ since }: Filters): string {
  return SINCE[since].words;
}

export interface Choices {
  readonly gateways: readonly string[];
  readonly models: readonly string[];
  readonly callers: readonly string[];
}

export function filterForm(filters: Filters, { gateways, models, callers }: Choices): Html {
  const { gateway, model, caller, q, since, status, cached } = filters;
  return html`<form class="filters" method="get" action="/" role="search" aria-label="Logs">
    ${select("gateway", "Gateway", named(gateways, gateway), gateway)}
    ${select("since", "Time", worded(SINCE), since)}
    ${select("model", "Model", [["", "any"], ...named(models, model)], model)}
    ${select("status", "Status", worded(STATUSES), status)}
    <label>
      Caller
      <input name="caller" list="callers" value="${caller}" maxlength="200" autocomplete="off" />
    </label>
    <datalist id="callers">
      ${callers.map((name) => html`<option value="${name}"></option>`)}
    </datalist>
    ${select("cached", "Cached", worded(CACHED), cached)}
    <label>
      Text in id, event id, model or metadata
      <input name="q" type="search" value="${q}" maxlength="200" autocomplete="off" />
    </label>
    <p>
      <button>Show</button>
      <a href="/${toQuery(readFilters(new URLSearchParams(), gateway).filters)}">Reset</a>
    </p>
  </form>`;
}

type Option = readonly [value: string, words: string];

function select(name: string, label: string, options: readonly Option[], chosen: string): Html {
  return html`<label>
    ${label}
    <select name="${name}">
      ${options.map(
        ([value, words]) =>
          html`<option value="${value}" ${value === chosen ? "selected" : ""}>${words}</option>`,
      )}
    </select>
  </label>`;
}

function worded(words: Readonly<Record<string, { readonly words: string }>>): Option[] {
  return Object.entries(words).map(([value, entry]) => [value, entry.words]);
}

/** What is chosen is among them, even if no log has it. */
function named(names: readonly string[], chosen: string): Option[] {
  const all = new Set([...names, ...(chosen === "" ? [] : [chosen])]);
  return [...all].toSorted().map((name) => [name, name]);
}

function toLogFilters({ model, caller, cached }: Filters): Filter[] {
  return [
    ...(model === "" ? [] : [is("model", model)]),
    ...(caller === "" ? [] : [is("metadata.key", "caller"), is("metadata.value", caller)]),
    ...(cached === "any" ? [] : [is("cached", Number(cached === "yes"))]),
  ];
}

function is(key: Filter["key"], value: string | number): Filter {
  return { key, operator: "eq", values: [value] };
}
