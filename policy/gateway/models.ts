/**
 * Says in which wire format a model takes requests through the AI binding: one table, with a source
 * for each row.
 */

/** The wire formats. */
export const WIRES = ["workers-ai", "chat", "responses", "messages"] as const;
export type Wire = (typeof WIRES)[number];

// The first row that matches holds.
// https://github.com/cloudflare/ai/tree/main/packages/gateway-core, as of 2026-11-28
const ROWS: readonly (readonly [pattern: RegExp, wire: Wire])[] = [
  [/^@cf\//, "workers-ai"],
  [/^anthropic\//, "messages"],
  [/^openai\/gpt-5\.6/, "responses"],
  [/./, "chat"],
];

/** Returns the wire format that a model takes. */
export function wireOf(model: string): Wire {
  return ROWS.find(([pattern]) => pattern.test(model))?.[1] ?? "chat";
}
