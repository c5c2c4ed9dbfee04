import { html } from "hono/html";

import type { Sums } from "../totals.ts";
import { milliseconds, money, number, type Html } from "./format.ts";

export function totalsSection(sums: Sums): Html {
  const { requests, errors, cached, tokensIn, tokensOut, cost, p50, p95 } = sums;
  const share = (part: number) =>
    requests === 0 ? "" : ` (${((100 * part) / requests).toFixed(1)} %)`;
  const totals: [string, string][] = [
    ["Requests", number(requests)],
    ["Errors", `${number(errors)}${share(errors)}`],
    ["Cached", `${number(cached)}${share(cached)}`],
    ["Tokens in", number(tokensIn)],
    ["Tokens out", number(tokensOut)],
    ["Cost", money(cost)],
    ["Duration p50", p50 === undefined ? "none" : milliseconds(p50)],
    ["Duration p95", p95 === undefined ? "none" : milliseconds(p95)],
  ];
  return html`<dl class="totals">
    ${totals.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
