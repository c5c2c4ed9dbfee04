/** The frame of every page, and what a browser may do with it: show it, and send its forms here. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { html, raw } from "hono/html";

import type { Html } from "./format.ts";

const STYLE = read("style.css") + read("list.css");
const SCRIPT = read("live.js");
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%230969da' d='M0 4h2v4H0zM3 0h2v8H3zM6 2h2v6H6z'/%3E%3C/svg%3E";

const POLICY = [
  "default-src 'none'",
  `style-src '${hash(STYLE)}'`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];
/** What the script of a live page needs. No text becomes markup by it, whatever a log holds. */
const LIVE = [
  `script-src '${hash(SCRIPT)}'`,
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/**
 * Makes the headers of a page: nothing from elsewhere, no style but this one, and no script but that
 * of a live page, so that a log's content stays text. A page with bodies has no script at all.
 */
export function pageHeaders(version: string | undefined): Readonly<Record<string, string>> {
  return {
    ...(version !== undefined && { etag: version }),
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": [...POLICY, ...(version === undefined ? [] : LIVE)].join("; "),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

export interface Layout {
  readonly title: string;
  readonly main: Html;
  readonly aside?: Html;
  /** What changes of a live page changes its version. Absent: the page stands still. */
  readonly version?: string;
}

export async function toDocument({ title, main, aside, version }: Layout): Promise<string> {
  const document = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local AI Gateway</title>
        <link rel="icon" href="${raw(ICON)}" />
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <a href="/">Local AI Gateway</a> <span>logs on this machine, no account</span>
          ${aside === undefined ? "" : html`<a href="#about">About the gateway</a>`}
        </header>
        <main id="main" tabindex="-1">${main}</main>
        ${aside === undefined ? "" : html`<aside id="about" aria-label="About the gateway">${aside}</aside>`}
        ${version === undefined ? "" : raw(`<script>${SCRIPT}</script>`)}
      </body>
    </html>`;
  return document.toString();
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

export type Fact = readonly [name: string, value: Html | string | number];

/** A table of two columns: what a thing is called, and what it is. */
export function factsTable(caption: string, facts: readonly Fact[]): Html {
  const row = ([name, value]: Fact) =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${value}</td>
    </tr>`;
  return html`<table class="facts">
    <caption>
      ${caption}
    </caption>
    <tbody>
      ${facts.map(row)}
    </tbody>
  </table>`;
}
