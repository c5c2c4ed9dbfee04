/** The filters of a page: read from the address, written into links, and chosen in a form. */
import { html } from "hono/html";
import { z } from "zod";

import type { Filter } from "../query.ts";
import type { Place, Selection } from "../selection.ts";
import type { Html } from "./format.ts";
import { findWrongFilters, type WrongFilter } from "./wrong-filters.ts";

const HOUR = 60 * 60_000;

const SINCE = {
  "1h": { label: "the last hour", span: HOUR },
  "24h": { label: "the last 24 hours", span: 24 * HOUR },
  "7d": { label: "the last 7 days", span: 7 * 24 * HOUR },
  "30d": { label: "the last 30 days", span: 30 * 24 * HOUR },
  all: { label: "all time", span: undefined },
} as const;

const STATUSES = {
  any: { label: "any", statuses: undefined },
  ok: { label: "succeeded (below 400)", statuses: [0, 399] },
  failed: { label: "failed (400 and above)", statuses: [400, 999] },
  "2xx": { label: "2xx", statuses: [200, 299] },
  "4xx": { label: "4xx", statuses: [400, 499] },
  "5xx": { label: "5xx", statuses: [500, 599] },
} as const;

const CACHED = { any: { label: "any" }, yes: { label: "yes" }, no: { label: "no" } } as const;

const text = z.string().trim().max(200).default("");

const schema = z.strictObject({
  gateway: text,
  model: text,
  q: text,
  since: z.enum(["1h", "24h", "7d", "30d", "all"]).default("24h"),
  status: z.enum(["any", "ok", "failed", "2xx", "4xx", "5xx"]).default("any"),
  cached: z.enum(["any", "yes", "no"]).default("any"),
  after: z
    .string()
    .regex(/^\d{1,15}\.\d{1,15}$/)
    .optional(),
});

const USUAL: Readonly<Record<string, unknown>> = schema.parse({});

/** The checked filters; an empty text matches everything. */
export type Filters = Readonly<z.output<typeof schema>>;

/** The filters of an address, and its parameters that are none. */
export interface Reading {
  readonly filters: Filters;
  /** The parameters that count as absent: the form shows what is chosen instead. */
  readonly wrong: readonly WrongFilter[];
}

/** Reads an address. `gateway` is the one that it shows where it names none. */
export function readFilters(query: URLSearchParams, gateway: string): Reading {
  const wrong = findWrongFilters(query, schema);
  const names = new Set(wrong.map(({ name }) => name));
  const filters = schema.parse(Object.fromEntries([...query].filter(([name]) => !names.has(name))));
  return { filters: { ...filters, gateway: filters.gateway || gateway }, wrong };
}

/** Writes `?…` with what differs from a page without filters; the place in the list only if given. */
export function toQuery({ after: _, ...filters }: Filters, after?: Place): string {
  const chosen = Object.entries(filters).filter(([name, value]) => value !== USUAL[name]);
  const query = new URLSearchParams(chosen);
  if (after !== undefined) query.set("after", `${after.createdAt}.${after.seq}`);
  return `?${query.toString()}`;
}

export function toSelection(filters: Filters, now: number): Selection {
  const { gateway, q, since, status } = filters;
  const { span } = SINCE[since];
  return {
    query: { gateway, filters: toLogFilters(filters), search: q === "" ? undefined : q },
    statuses: STATUSES[status].statuses,
    from: span === undefined ? 0 : now - span,
  };
}

/** Returns the place in the list at which a page begins; undefined for the newest logs. */
export function toPlace({ after }: Filters): Place | undefined {
  if (after === undefined) return undefined;
  const [createdAt = 0, seq = 0] = after.split(".").map(Number);
  return { createdAt, seq };
}

/** Returns whether anything but gateway and time limits the choice. */
export function isFiltered({ model, q, status, cached }: Filters): boolean {
  return model + q !== "" || status !== "any" || cached !== "any";
}

export function describeSince({ since }: Filters): string {
  return SINCE[since].label;
}

interface Choices {
  readonly gateways: readonly string[];
  readonly models: readonly string[];
}

export function filterForm(filters: Filters, { gateways, models }: Choices): Html {
  const { gateway, model, q, since, status, cached } = filters;
  const others = gateways.some((name) => name !== gateway);
  return html`<form class="filters" method="get" action="/" role="search" aria-label="Logs">
    <label>
      Search: log, event or trace id, caller, model
      <input name="q" type="search" value="${q}" maxlength="200" autocomplete="off" />
    </label>
    ${others ? select("gateway", "Gateway", named(gateways, gateway), gateway) : html`<input type="hidden" name="gateway" value="${gateway}" />`}
    ${select("since", "Time", labelled(SINCE), since)}
    ${select("model", "Model", [["", "any"], ...named(models, model)], model)}
    ${select("status", "Status", labelled(STATUSES), status)}
    ${select("cached", "Cached", labelled(CACHED), cached)}
    <button>Show</button>
    <a href="/${toQuery({ ...schema.parse({}), gateway })}">Reset</a>
  </form>`;
}

type Option = readonly [value: string, label: string];

function select(name: string, label: string, options: readonly Option[], chosen: string): Html {
  return html`<label>
    ${label}
    <select name="${name}">
      ${options.map(
        ([value, shown]) =>
          html`<option value="${value}" ${value === chosen ? "selected" : ""}>${shown}</option>`,
      )}
    </select>
  </label>`;
}

function labelled(entries: Readonly<Record<string, { readonly label: string }>>): Option[] {
  return Object.entries(entries).map(([value, entry]) => [value, entry.label]);
}

/** Lists options by name. What is chosen is among them, even if no log has it. */
function named(names: readonly string[], chosen: string): Option[] {
  const all = new Set([...names, ...(chosen === "" ? [] : [chosen])]);
  return [...all].toSorted().map((name) => [name, name]);
}

function toLogFilters({ model, cached }: Filters): Filter[] {
  return [
    ...(model === "" ? [] : [is("model", model)]),
    ...(cached === "any" ? [] : [is("cached", Number(cached === "yes"))]),
  ];
}

function is(key: Filter["key"], value: string | number): Filter {
  return { key, operator: "eq", values: [value] };
}
