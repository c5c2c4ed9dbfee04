/** The logs as plain pages: a table of the newest, and one log with its bodies or the reason there are none. */
import { html, raw } from "hono/html";

import type { Bodies, StoredLog } from "./log.ts";

type Html = ReturnType<typeof html>;

export function logsPage(logs: readonly StoredLog[], count: number): Promise<string> {
  const title = `${count} ${count === 1 ? "request" : "requests"}`;
  const shown = logs.length < count ? html`<p>The newest ${logs.length} of them:</p>` : "";
  const table = html`<table>
    <thead>
      <tr>
        <th>Time</th>
        <th>Gateway</th>
        <th>Provider</th>
        <th>Model</th>
        <th>Status</th>
        <th>Duration</th>
        <th>Tokens in</th>
        <th>Tokens out</th>
        <th>Cost</th>
        <th>Cached</th>
        <th>Bodies</th>
      </tr>
    </thead>
    <tbody>
      ${logs.map(row)}
    </tbody>
  </table>`;
  const empty = html`<p>No log yet. Ask the Worker something, then load this page again.</p>`;
  return page(
    title,
    html`<h1>${title}</h1>
      ${shown}${logs.length === 0 ? empty : table}
      <p>
        Costs are stand-ins, so that the column can be looked at; only Cloudflare knows its prices.
      </p>`,
  );
}

export function logPage(log: StoredLog, bodies: Bodies | undefined): Promise<string> {
  const facts: [string, unknown][] = [
    ["Time", new Date(log.createdAt).toISOString()],
    ["Gateway", log.gateway],
    ["Provider", log.provider],
    ["Model", log.model],
    ["Status", log.status],
    ["Duration", `${log.durationMs} ms`],
    ["Tokens in", log.tokensIn ?? "none"],
    ["Tokens out", log.tokensOut ?? "none"],
    ["Cost", formatCost(log)],
    ["Cached", log.cached ? "yes" : "no"],
    ["Feedback", log.feedback === undefined ? "none" : log.feedback === 1 ? "good" : "bad"],
    ["Event id", log.eventId],
    ...Object.entries(log.metadata).map(([key, value]): [string, unknown] => [
      `Metadata: ${key}`,
      value,
    ]),
  ];
  return page(
    `Log ${log.id}`,
    html`<p><a href="/">All requests</a></p>
      <h1>Log ${log.id}</h1>
      <table>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${String(value)}</td>
            </tr>`,
        )}
      </table>
      ${bodies === undefined ? noBodies : bodiesSection(bodies)}`,
  );
}

const noBodies = html`<p>
  No bodies: this request asked that they are not kept (<code
    >cf-aig-collect-log-payload: false</code
  >).
</p>`;

function bodiesSection({ request, response }: Bodies): Html {
  return html`<h2>Request</h2>
    <pre>${indent(request)}</pre>
    <h2>Response</h2>
    <pre>${indent(response)}</pre>`;
}

function row(log: StoredLog): Html {
  return html`<tr>
    <td><a href="/logs/${log.id}">${new Date(log.createdAt).toISOString()}</a></td>
    <td>${log.gateway}</td>
    <td>${log.provider}</td>
    <td>${log.model}</td>
    <td class="number">${log.status}</td>
    <td class="number">${log.durationMs} ms</td>
    <td class="number">${log.tokensIn ?? "none"}</td>
    <td class="number">${log.tokensOut ?? "none"}</td>
    <td class="number">${formatCost(log)}</td>
    <td>${log.cached ? "yes" : "no"}</td>
    <td>${log.hasBodies ? "kept" : "not kept"}</td>
  </tr>`;
}

function formatCost({ cost }: StoredLog): string {
  return cost === undefined ? "none" : `$${cost.toFixed(6)}`;
}

function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}

async function page(title: string, content: Html | Promise<Html>): Promise<string> {
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · local AI Gateway</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`;
  return document.toString();
}

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
main { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; overflow-x: auto; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
table { border-collapse: collapse; }
th, td { padding: 0.35rem 0.6rem; overflow-wrap: anywhere; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
thead th, .number { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { padding: 1rem; overflow-x: auto; background: color-mix(in srgb, currentColor 7%, transparent); white-space: pre-wrap; overflow-wrap: anywhere; }
`;
