/** The table of logs, or why it is empty and what to do then. */
import { html } from "hono/html";

import type { StoredLog } from "../log.ts";
import type { LogList } from "../selection.ts";
import { isFiltered, describeSince, toPlace, toQuery, type Filters } from "./filters.ts";
import { FIELDS, type Field } from "./fields.ts";
import { count, metadataValue, time, type Html } from "./format.ts";
import type { Stack } from "./stack.ts";

const CALLER: Field = ["Caller", ({ metadata }) => metadataValue(metadata["caller"])];
/** The columns after the time. The gateway is the page's own. */
const COLUMNS = FIELDS.slice(1).toSpliced(2, 0, CALLER);

interface ListArgs {
  readonly list: LogList;
  readonly filters: Filters;
  /** The number of the gateway's logs, without any filter. */
  readonly storedCount: number;
  /** The stack that declares the gateway. */
  readonly stack: Stack | undefined;
}

export function listSection(args: ListArgs): Html {
  return html`<section id="list" aria-label="Logs, newest first">
    ${args.list.logs.length === 0 ? nothing(args) : filled(args)}
  </section>`;
}

function filled({ list: { logs, next }, filters }: ListArgs): Html {
  const query = toQuery(filters);
  const isFirst = toPlace(filters) === undefined;
  return html`<table id="logs">
      <caption>
        Newest first; the time opens the log. Costs are stand-ins: only Cloudflare knows its prices.
      </caption>
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          ${COLUMNS.map(([name, , kind]) => html`<th scope="col" class="${kind}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${logs.map((log) => row(log, query))}
      </tbody>
    </table>
    <nav class="pager" aria-label="Pages of the list">
      ${isFirst ? "" : html`<a href="/${query}#list">Newest</a>`}
      ${next === undefined ? html`<span>No older logs.</span>` : html`<a rel="next" href="/${toQuery(filters, next)}#list">Older</a>`}
    </nav>`;
}

function row(log: StoredLog, query: string): Html {
  return html`<tr id="row-${log.id}">
    <th scope="row">
      <a href="/logs/${encodeURIComponent(log.id)}${query}">${time(log.createdAt)}</a>
    </th>
    ${COLUMNS.map(
      ([name, cell, kind]) => html`<td class="${kind}" data-name="${name}">${cell(log)}</td>`,
    )}
  </tr>`;
}

function nothing({ filters, storedCount, stack }: ListArgs): Html {
  if (storedCount === 0) return noLogYet(stack);
  const all = toQuery({ ...filters, since: "all" });
  const reset = toQuery({ ...filters, model: "", q: "", status: "any", cached: "any" });
  return html`<p>
    The gateway has ${count(storedCount, "log")}; none ${isFiltered(filters) ? "matches " : "is "}in
    ${describeSince(filters)}.
    ${filters.since === "all" ? "" : html`<a href="/${all}">Look at all time</a>.`}
    ${isFiltered(filters) ? html`<a href="/${reset}">Drop the other filters</a>.` : ""}
  </p>`;
}

function noLogYet(stack: Stack | undefined): Html {
  if (stack === undefined) {
    return html`<p>
      No log yet. The running stack does not declare this gateway: nothing calls it by itself.
    </p>`;
  }
  if (stack.settings.logs.collect === "none") {
    return html`<p>
      No log, and none will come through the Worker: the stack file says <code>collect: none</code>.
    </p>`;
  }
  return html`<p>No log yet. Ask the Worker something, in the project's folder:</p>
    <pre tabindex="0" role="region" aria-label="Command">${stack.example}</pre>`;
}
