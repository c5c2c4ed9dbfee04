/**
 * Finds faults that no caller and no log line shows: an exception that nothing caught, and a
 * rejected promise that nobody awaited. workerd reports the first where it is verbose, the second
 * to a listener only.
 */
import type { WorkerdStructuredLog } from "miniflare";

const REJECTION = "unhandled rejection: ";

/** The name of the main module in place of the Worker's own, `chat.js`. */
export const WATCHED_ENTRY = `
  addEventListener("unhandledrejection", ({ reason }) =>
    console.error(${JSON.stringify(REJECTION)} + (reason?.stack ?? reason)));
  export { default } from "./chat.js";
`;

/**
 * Finds who wrote a line: the Worker, the runtime about a fault of the Worker's, or the runtime
 * about itself.
 */
export function speakerOf({
  level,
  message,
}: WorkerdStructuredLog): "worker" | "fault" | "runtime" {
  if (message.startsWith(REJECTION)) return "fault";
  // The Worker writes with console.log and console.error only.
  if (level !== "info") return "worker";
  // Miniflare's stand-in for the binding does not catch a connection that is lost.
  const isTheirs = message.includes("/miniflare/");
  return message.startsWith("uncaught exception; source") && !isTheirs ? "fault" : "runtime";
}
