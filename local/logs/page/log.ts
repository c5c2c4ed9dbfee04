/** One log: its fields, and its bodies or the reason there are none. */
import { html } from "hono/html";

import { parseJson } from "../../../policy/json.ts";
import { HEAD_CHARACTERS } from "../../api/log-wire.ts";
import { streamText } from "../../gateway/stream-text.ts";
import type { KeptTrace } from "../../telemetry/trace.ts";
import type { Bodies, FoundLog, StoredLog } from "../log.ts";
import { FIELDS } from "./fields.ts";
import { bytes, metadataValue, number, time, type Html } from "./format.ts";
import { factsTable, type Fact } from "./layout.ts";
import type { Stack } from "./stack.ts";

interface LogArgs extends FoundLog {
  /** The query of the list that led here. */
  readonly query: string;
  /** The stack that declares the log's gateway. */
  readonly stack: Stack | undefined;
  /** What the gateway and the Worker export of it, as long as that is kept. */
  readonly traces: readonly KeptTrace[];
}

export function logContent({ log, bodies, query, stack, traces }: LogArgs): Html {
  return html`<p><a href="/${query}">All logs</a></p>
    <h1>Log ${log.id}</h1>
    ${factsTable("Fields of the log", fields(log))}
    ${bodies === undefined ? noBodies(stack) : bodySections(bodies, stack)}
    ${traces.length === 0 ? "" : tracesSection(traces)}`;
}

export function noLogContent(id: string): Html {
  return html`<p><a href="/">All logs</a></p>
    <h1>No log</h1>
    <p>No log has the id <code>${id}</code>. It may be that</p>
    <ul>
      <li>
        no log was kept: the stack or the request asked for none, or storage was full and stops
        then;
      </li>
      <li>
        it was kept, and is deleted: over the REST API, or pushed out by newer ones at the cap;
      </li>
      <li>it is a log of another stack, which has its own storage on this machine.</li>
    </ul>`;
}

function fields(log: StoredLog): readonly Fact[] {
  const metadata = Object.entries(log.metadata);
  return [
    ["Time (UTC)", time(log.createdAt)],
    ...FIELDS.map(([name, show]): Fact => [name, show(log)]),
    ["Feedback", log.feedback === undefined ? "none" : log.feedback === 1 ? "good" : "bad"],
    // Feedback through the Worker has none, and its bad beside a score of none reads as lost.
    ...(log.score === undefined ? [] : [["Score", log.score] satisfies Fact]),
    ["Event id", log.eventId],
    ["Trace id", log.traceId ?? "none"],
    ...metadata.map(([key, value]): Fact => [`Metadata: ${key}`, metadataValue(value)]),
  ];
}

/** Explains why there are no bodies: what is refused for another reason leaves no log at all. */
function noBodies(stack: Stack | undefined): Html {
  const collect = stack?.settings.logs.collect;
  const every = html`The stack file says <code>collect: metadata</code>, so its Worker asks this on
    every call.`;
  const by = collect === "metadata" ? every : collect && surprise(collect, "does not ask this");
  return html`<h2>No bodies</h2>
    <p>
      No bodies: this request asked that they are not kept (<code
        >cf-aig-collect-log-payload: false</code
      >). ${by}
    </p>`;
}

function bodySections({ request, response }: Bodies, stack: Stack | undefined): Html {
  const collect = stack?.settings.logs.collect ?? "full";
  return html`${collect === "full" ? "" : html`<p>${surprise(collect, "keeps no bodies")}</p>`}
  ${bodySection("Request", request)} ${bodySection("Response", response)}`;
}

/** Explains what the Worker, as its stack file is now, does not do. */
function surprise(collect: string, what: string): Html {
  return html`The stack file now says <code>collect: ${collect}</code>, with which its Worker
    ${what}: the call went beside the Worker, or was made before the stack file changed.`;
}

/** Shows a body as it is, or the head that lists of the REST API have, with the rest to open. */
function bodySection(side: string, body: string): Html {
  const text = streamText(body);
  if (text !== undefined) return streamSection(side, body, text);
  const isWhole = body.length <= HEAD_CHARACTERS;
  const id = side.toLowerCase();
  const rest = html`<details>
    <summary>The whole ${id}, ${bytes(body)}</summary>
    <pre tabindex="0" role="region" aria-label="The whole ${id}">${indent(body)}</pre>
  </details>`;
  return html`<section>
    <h2 id="${id}">${side}</h2>
    <p>
      ${bytes(body)}${isWhole ? "" : `, of which the head has ${number(HEAD_CHARACTERS)} characters`}
    </p>
    <pre tabindex="0" role="region" aria-labelledby="${id}">
${isWhole ? indent(body) : body.slice(0, HEAD_CHARACTERS)}</pre>
    ${isWhole ? "" : rest}
  </section>`;
}

/** Shows the text of a stream, and its events when they are opened. */
function streamSection(side: string, body: string, text: string): Html {
  const id = side.toLowerCase();
  return html`<section>
    <h2 id="${id}">${side}</h2>
    <p>${bytes(body)}, a stream; this is its text</p>
    <pre tabindex="0" role="region" aria-labelledby="${id}">${text}</pre>
    <details>
      <summary>The stream as it was sent</summary>
      <pre tabindex="0" role="region" aria-label="The stream as it was sent">${body}</pre>
    </details>
  </section>`;
}

/** Shows the traces as exported: a gateway's hold prompt and answer whatever the log keeps. */
function tracesSection(traces: readonly KeptTrace[]): Html {
  return html`<section>
    <h2>Traces</h2>
    ${traces.map(traceContent)}
    <p>The last traces of all calls, without a log too: <a href="/traces">/traces</a></p>
  </section>`;
}

function traceContent({ sender, name, exports, trace }: KeptTrace, index: number): Html {
  const json = JSON.stringify(trace, undefined, 2);
  return html`<h3 id="trace-${index}">From the ${sender} ${name}</h3>
    <ul>
      ${exports.map(({ url, fate }) => html`<li><code>${url}</code>: ${fate}</li>`)}
    </ul>
    <pre tabindex="0" role="region" aria-labelledby="trace-${index}">${json}</pre>`;
}

function indent(body: string): string {
  const json = parseJson(body);
  return json === undefined ? body : JSON.stringify(json, undefined, 2);
}
