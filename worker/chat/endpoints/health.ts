import type { Endpoint } from "./endpoint.ts";

/** Answers every caller once the bindings are complete, and writes no line. */
export const health: Endpoint = {
  method: "GET",
  path: "/health",
  isGated: false,
  answer: (context) => context.json({ status: "ok" }),
};
