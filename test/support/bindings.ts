/** The bindings that the chat Workers of tests share: metadata only, callers by token. */
import { createHash } from "node:crypto";

/** The token of the caller `web`, and its hash, by which the Worker knows it. */
export const TOKEN = "token-of-web";
export const sha256 = hashOf(TOKEN);

/** The bindings but for `AI` and `MODELS`. */
export const BINDINGS = {
  GATEWAY_ID: "app-test",
  COLLECT_LOGS: "metadata",
  ALLOW: "[]",
  ACCESS: "token",
  CALLERS: JSON.stringify([
    { name: "web", sha256 },
    { name: "job", sha256: hashOf("token-of-job") },
  ]),
  ORIGINS: "[]",
  FALLBACKS: "[]",
  // No machine is so busy that a test reaches these which is about something else.
  TIMEOUT_MS: "60000",
  IDLE_MS: "60000",
  MAX_BODY_BYTES: "2000",
  STACK: "test",
  RELEASE: "abc123",
};

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
