/** Words in a page's address that choose nothing: which they are, and which are allowed. */
import { html } from "hono/html";
import type { z } from "zod";

import type { Html } from "./format.ts";

/** One word of the address that is left out of the choice. */
export interface WrongWord {
  readonly name: string;
  readonly says: string;
}

/** `allowed` are the names of all filters. A name that stands twice says two things, and so neither. */
export function findWrongWords(
  query: URLSearchParams,
  schema: z.ZodType,
  allowed: readonly string[],
): readonly WrongWord[] {
  const twice = [...new Set(query.keys())]
    .filter((name) => query.getAll(name).length > 1)
    .map((name) => ({ name, says: `${name} stands there more than once; allowed is once` }));
  const issues = schema.safeParse(Object.fromEntries(query)).error?.issues ?? [];
  const wrong = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((name) => ({
          name,
          says: `${name} is no filter; allowed are ${allowed.join(", ")}`,
        }))
      : [describeValue(String(issue.path[0]), issue, query)],
  );
  return [...wrong, ...twice];
}

/** At the head of the page, and read out as soon as it is there. */
export function wrongWordsNotice(words: readonly WrongWord[]): Html | "" {
  if (words.length === 0) return "";
  return html`<div class="wrong" role="alert">
    <p>The address has words that choose nothing. The page is shown as if they were not there:</p>
    <ul>
      ${words.map(({ says }) => html`<li>${says}</li>`)}
    </ul>
  </div>`;
}

function describeValue(name: string, issue: z.core.$ZodIssue, query: URLSearchParams): WrongWord {
  const value = query.get(name) ?? "";
  if (issue.code === "too_big") {
    const says = `${name} has ${value.length} characters; at most ${issue.maximum} are allowed`;
    return { name, says };
  }
  const is = `${name} is ${JSON.stringify(shorten(value))}`;
  const says =
    issue.code === "invalid_value"
      ? `${is}; allowed are ${issue.values.join(", ")}`
      : `${is}; allowed is a place in the list, as the link to older logs has it`;
  return { name, says };
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
