/** The pages by their addresses: `/` with filters, and `/logs/{id}`. */
import { html } from "hono/html";

import type { LocalAccount } from "../../local-account.ts";
import { capOf } from "../log.ts";
import { listGateways, listLogs, listModels } from "../selection.ts";
import { readStorage } from "../storage.ts";
import { readTotals } from "../totals.ts";
import { chartsSection } from "./charts.ts";
import { filterForm, readFilters, toPlace, toQuery, toSelection, type Reading } from "./filters.ts";
import { count, type Html } from "./format.ts";
import { pageHeaders, toDocument, type Layout } from "./layout.ts";
import { listSection } from "./list.ts";
import { logContent, noLogContent } from "./log.ts";
import { stateRunning, type RunningStack, type Stack } from "./stack.ts";
import { statementSection } from "./statement.ts";
import { storageSection } from "./storage.ts";
import { totalsSection } from "./totals.ts";
import { triggersSection } from "./triggers.ts";
import { wrongFiltersNotice, wrongValue } from "./wrong-filters.ts";

interface PageArgs extends Pick<LocalAccount, "account" | "store" | "traces"> {
  /** What runs now; without it the pages show gateways and logs alone. */
  readonly stack?: (() => RunningStack) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const ROWS = 50;
const MODELS = 200;

/** Answers with a page, if there is one; a live page whose version is known is not made again. */
export async function answerPage(url: URL, args: PageArgs, knownVersion?: string) {
  const running = args.stack && (await stateRunning(args.stack()));
  const gateways = Object.keys(args.account.state.gateways);
  const usual = running?.settings.gatewayId ?? gateways[0] ?? "default";
  const reading = knownGateway(readFilters(url.searchParams, usual), usual, args);
  if (url.pathname === "/") {
    const version = versionOf(args, running);
    if (version === knownVersion) return { status: 304, headers: { etag: version }, body: "" };
    const layout = await listLayout(reading, args, running);
    return page(200, toPlace(reading.filters) === undefined ? { ...layout, version } : layout);
  }
  if (url.pathname === "/traces") return tracesDocument(args);
  const [, id] = /^\/logs\/([^/]+)$/.exec(url.pathname) ?? [];
  if (id === undefined) return undefined;
  const found = args.store.find(id);
  if (found === undefined) return page(404, { title: "No log", main: noLogContent(id) });
  const stack = declaring(running, found.log.gateway);
  const query = toQuery(reading.filters);
  const traces = args.traces.find(found.log);
  const main = logContent({ ...found, query, stack, traces });
  const aside = stack === undefined ? {} : { aside: html`${statementSection(stack)}` };
  return page(200, { title: `Log ${id}`, main, ...aside });
}

/** Returns what was read of an address with a gateway that is there; another one is a wrong word. */
function knownGateway(
  reading: Reading,
  usual: string,
  parts: Pick<PageArgs, "account" | "store">,
): Reading {
  const { filters, wrong } = reading;
  const { gateway } = filters;
  if (gateway === usual || parts.account.find("gateways", gateway)) return reading;
  const known = allGateways(parts);
  if (known.includes(gateway)) return reading;
  const unknown = wrongValue("gateway", gateway, known);
  return { filters: { ...filters, gateway: usual }, wrong: [...wrong, unknown] };
}

/** Lists the gateways of the account, and those of which it has logs. */
function allGateways({ account, store }: Pick<PageArgs, "account" | "store">): readonly string[] {
  return [...new Set([...Object.keys(account.state.gateways), ...listGateways(store)])];
}

async function page(status: number, layout: Layout) {
  return { status, headers: pageHeaders(layout.version), body: await toDocument(layout) };
}

/** Returns what changes with the logs, the stack and each minute, with which the charts move on. */
function versionOf({ store, now }: PageArgs, running: Stack | undefined): string {
  const minute = Math.floor(now() / 60_000);
  return `"${store.changes()}.${running?.statement.fingerprint ?? ""}.${minute}"`;
}

/** Answers with the newest traces, for programs. */
function tracesDocument({ traces }: PageArgs) {
  const headers = { ...pageHeaders(undefined), "content-type": "application/json" };
  return { status: 200, headers, body: JSON.stringify({ traces: traces.list() }) };
}

async function listLayout(
  { filters, wrong }: Reading,
  { account, store, now: clock }: PageArgs,
  running: Stack | undefined,
): Promise<Layout> {
  const now = clock();
  const { gateway } = filters;
  const stack = declaring(running, gateway);
  const storage = readStorage(store, gateway, now);
  const selection = toSelection(filters, now);
  const list = listLogs(store, selection, { after: toPlace(filters), limit: ROWS });
  const totals = await readTotals(store, selection, now);
  const choices = {
    gateways: allGateways({ account, store }),
    models: listModels(store, gateway, MODELS),
  };
  const declared = account.find("gateways", gateway);
  const cap = declared && capOf(declared.settings);
  const title = count(totals.sums.requests, "request");
  const isEmpty = totals.sums.requests === 0;
  return {
    // A screen reader reads the title first.
    title: `${wrong.length === 0 ? "" : "Wrong address: "}${title}, ${gateway}`,
    main: html`${wrongFiltersNotice(wrong)}
      <div class="head">
        <h1 id="count">${title} to ${gateway}</h1>
        ${toPlace(filters) === undefined ? liveControl() : ""}
      </div>
      ${filterForm(filters, choices)}
      <div id="summary">
        ${isEmpty ? "" : html`${totalsSection(totals.sums)} ${chartsSection(totals)}`}
      </div>
      ${listSection({ list, filters, storedCount: storage.count, stack })}`,
    aside: html`${storageSection({ storage, cap, logs: stack?.settings.logs, now })}
    ${triggersSection(account, gateway)} ${stack === undefined ? "" : statementSection(stack)}`,
  };
}

/** What stops a live page, and where it announces new logs. Without its script neither shows. */
function liveControl(): Html {
  return html`<button type="button" id="live" aria-pressed="true" hidden>Live</button>
    <span id="news" role="status"></span>`;
}

function declaring(running: Stack | undefined, gateway: string): Stack | undefined {
  return running?.settings.gatewayId === gateway ? running : undefined;
}
