/** The parameters of a page's address that choose nothing: which they are, and which are allowed. */
import { html } from "hono/html";
import type { z } from "zod";

import type { Html } from "./format.ts";

/** A parameter that is left out of the choice, and the message about it. */
export interface WrongFilter {
  readonly name: string;
  readonly message: string;
}

/** Finds the wrong parameters; a name that stands twice has two values, and so none. */
export function findWrongFilters(query: URLSearchParams, schema: z.ZodObject) {
  const allowed = Object.keys(schema.shape).join(", ");
  const twice = [...new Set(query.keys())]
    .filter((name) => query.getAll(name).length > 1)
    .map((name) => ({ name, message: `${name} stands there more than once; allowed is once` }));
  const issues = schema.safeParse(Object.fromEntries(query)).error?.issues ?? [];
  const wrong = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((name) => ({
          name,
          message: `${name} is no filter; allowed are ${allowed}`,
        }))
      : [describeValue(String(issue.path[0]), issue, query)],
  );
  return [...wrong, ...twice];
}

/** Lists the wrong parameters at the head of the page, where a screen reader announces them at once. */
export function wrongFiltersNotice(wrong: readonly WrongFilter[]): Html | "" {
  if (wrong.length === 0) return "";
  return html`<div class="wrong" role="alert">
    <p>The address has words that choose nothing. The page is shown as if they were not there:</p>
    <ul>
      ${wrong.map(({ message }) => html`<li>${message}</li>`)}
    </ul>
  </div>`;
}

function describeValue(name: string, issue: z.core.$ZodIssue, query: URLSearchParams): WrongFilter {
  const value = query.get(name) ?? "";
  if (issue.code === "too_big") {
    const message = `${name} has ${value.length} characters; at most ${issue.maximum} are allowed`;
    return { name, message };
  }
  if (issue.code === "invalid_value") return wrongValue(name, value, issue.values.map(String));
  const place = "a place in the list, as the link to older logs has it";
  return { name, message: `${describe(name, value)}; allowed is ${place}` };
}

export function wrongValue(name: string, value: string, allowed: readonly string[]): WrongFilter {
  return { name, message: `${describe(name, value)}; allowed are ${allowed.join(", ")}` };
}

function describe(name: string, value: string): string {
  return `${name} is ${JSON.stringify(shorten(value))}`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
