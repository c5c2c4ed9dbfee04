/** Charts over time: bars as SVG, and the same numbers as tables for screen readers. */
import { html } from "hono/html";

import type { Bucket, Totals } from "../totals.ts";
import { count, milliseconds, minute, money, number, type Html } from "./format.ts";

/** A chart with one bar for each stretch of time: a solid part, and hatched on top of it another. */
interface Chart {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly [Part, ...Part[]];
  readonly format: (value: number) => string;
}

interface Part {
  readonly name: string;
  readonly value: (bucket: Bucket) => number;
  /** Whether it ends at its own value, and not that much above the part before. */
  readonly isTotal?: boolean;
}

const CHARTS: readonly Chart[] = [
  {
    id: "requests",
    title: "Requests",
    parts: [
      { name: "succeeded", value: ({ requests, errors }) => requests - errors },
      { name: "errors", value: ({ errors }) => errors },
    ],
    format: number,
  },
  {
    id: "tokens",
    title: "Tokens",
    parts: [
      { name: "in", value: ({ tokensIn }) => tokensIn },
      { name: "out", value: ({ tokensOut }) => tokensOut },
    ],
    format: number,
  },
  {
    id: "cost",
    title: "Cost",
    parts: [{ name: "US dollars", value: ({ cost }) => cost }],
    format: money,
  },
  {
    id: "duration",
    title: "Duration",
    parts: [
      { name: "p50", value: ({ p50 }) => p50 ?? 0 },
      { name: "p95", value: ({ p95 }) => p95 ?? 0, isTotal: true },
    ],
    format: milliseconds,
  },
];

export function chartsSection(totals: Totals): Html {
  return html`<section class="charts" aria-label="Over time">
    ${CHARTS.map((chart) => figure(chart, totals))}
  </section>`;
}

function figure(chart: Chart, { buckets, widthMs }: Totals): Html {
  const max = Math.max(...buckets.flatMap((bucket) => topsOf(chart, bucket)));
  const [first, last] = [buckets[0]?.start ?? 0, (buckets.at(-1)?.start ?? 0) + widthMs];
  const each = `each ${stretch(widthMs)}`;
  return html`<figure>
    <figcaption>
      <h2>${chart.title}</h2>
      <span class="legend">${chart.parts.map(({ name }, at) => legend(chart, name, at))}</span>
    </figcaption>
    ${drawing(chart, buckets, max, `${chart.title}, ${each}: highest ${chart.format(max)}`)}
    <p class="axis">
      <span>${minute(first)}</span><span>${each}, to ${chart.format(max)}</span>
      <span>${minute(last)}</span>
    </p>
    ${table(chart, buckets, each)}
  </figure>`;
}

function drawing(chart: Chart, buckets: readonly Bucket[], max: number, text: string): Html {
  return html`<svg
    viewBox="0 0 ${buckets.length * 10} 100"
    preserveAspectRatio="none"
    role="img"
    aria-label="${text}"
  >
    <pattern
      id="hatch-${chart.id}"
      class="${chart.id}"
      width="4"
      height="4"
      patternUnits="userSpaceOnUse"
    >
      <path d="M-1,1 l2,-2 M0,4 l4,-4 M3,5 l2,-2" />
    </pattern>
    ${buckets.map((bucket, index) => bar(chart, bucket, { x: index * 10, max }))}
  </svg>`;
}

function bar(
  chart: Chart,
  bucket: Bucket,
  { x, max }: { readonly x: number; readonly max: number },
): Html {
  const tops = topsOf(chart, bucket);
  const parts = tops.map((top, index) => {
    const below = tops[index - 1] ?? 0;
    const [y, height] = [percent(max - top, max), percent(top - below, max)];
    // Without height the edge of a hatched part would still be seen.
    if (height === 0) return "";
    const size = html`x="${x + 1}" y="${y}" width="8" height="${height}"`;
    return html`<rect ${size} ${fill(chart, index)} />`;
  });
  const values = chart.parts.map(({ name, value }) => `${name} ${chart.format(value(bucket))}`);
  // A bar of one pixel is hard to point at: its whole height shows the values.
  return html`<g>
    <title>${minute(bucket.start)}: ${values.join(", ")}</title>
    <rect class="whole" x="${x}" y="0" width="10" height="100" />
    ${parts}
  </g>`;
}

function table(chart: Chart, buckets: readonly Bucket[], each: string): Html {
  return html`<details>
    <summary>As a table<span class="hidden">: ${chart.title}</span></summary>
    <table>
      <caption>
        ${chart.title}, ${each}, UTC
      </caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          ${chart.parts.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${buckets.map(
          (bucket) =>
            html`<tr>
              <th scope="row">${minute(bucket.start)}</th>
              ${chart.parts.map(
                ({ value }) => html`<td class="number">${chart.format(value(bucket))}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

function legend(chart: Chart, name: string, index: number): Html {
  return html`<span>
    <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" ${fill(chart, index)} />
    </svg>
    ${name}
  </span>`;
}

/** Returns the attributes of a part's shapes: the first is solid, what is on top of it hatched. */
function fill({ id }: Chart, index: number): Html {
  return index === 0 ? html`class="solid"` : html`class="hatched ${id}" fill="url(#hatch-${id})"`;
}

/** Returns where each part of a bar ends. */
function topsOf({ parts }: Chart, bucket: Bucket): readonly number[] {
  let below = 0;
  return parts.map(({ value, isTotal = false }) => {
    below = value(bucket) + (isTotal ? 0 : below);
    return below;
  });
}

/** Returns a share of the height in percent, to a hundredth; of nothing, 0. */
function percent(value: number, max: number): number {
  return max === 0 ? 0 : Math.round((value / max) * 10_000) / 100;
}

function stretch(widthMs: number): string {
  const minutes = widthMs / 60_000;
  if (minutes < 60) return count(minutes, "minute");
  return minutes < 24 * 60 ? count(minutes / 60, "hour") : count(minutes / 60 / 24, "day");
}
