/** The fields of a log that both its own page and the list show. */
import { html } from "hono/html";

import type { StoredLog } from "../log.ts";
import { milliseconds, money, type Html } from "./format.ts";

/** A field: its name, what is shown of a log, and how it is aligned. */
export type Field = readonly [
  name: string,
  show: (log: StoredLog) => Html | string | number,
  kind?: "number",
];

export const FIELDS: readonly Field[] = [
  ["Gateway", ({ gateway }) => gateway],
  ["Provider", ({ provider }) => provider],
  ["Model", ({ model }) => model],
  ["Status", ({ status }) => statusText(status)],
  ["Duration", ({ durationMs }) => milliseconds(durationMs), "number"],
  ["Tokens in", ({ tokensIn }) => tokensIn ?? "none", "number"],
  ["Tokens out", ({ tokensOut }) => tokensOut ?? "none", "number"],
  ["Cost", ({ cost }) => (cost === undefined ? "none" : money(cost)), "number"],
  ["Cached", ({ cached }) => (cached ? "yes" : "no")],
  ["Bodies", ({ hasBodies }) => (hasBodies ? "kept" : "not kept")],
];

/** Marks an error with a text, and not with a colour alone. */
function statusText(status: number): Html | string {
  return status < 400 ? String(status) : html`<strong class="error">${status} error</strong>`;
}
