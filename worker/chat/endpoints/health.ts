import type { Endpoint } from "./endpoint.ts";

/** Answers everybody, once the bindings are complete; it writes no line. */
export const health: Endpoint = {
  method: "GET",
  path: "/health",
  isGated: false,
  asksModel: false,
  answer: (context) => context.json({ status: "ok" }),
};
