import type { Context } from "hono";

import type { App } from "../context.ts";

/** Names a request's fields that reach no model, to its caller and in its line. */
export function nameIgnored(context: Context<App>, ignored: readonly string[]): void {
  if (ignored.length === 0) return;
  context.header("x-ignored-fields", ignored.join(", "));
  context.var.line.ignored = ignored;
}
