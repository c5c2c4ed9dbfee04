import { BY_CODE, BY_STATUS } from "../worker/chat/models/failures.ts";
import { ERROR_TYPES } from "../worker/chat/refusal.ts";

/**
 * Makes the Markdown table of what a caller gets for each failure of the gateway and of Workers AI.
 */
export function failuresTable(): string {
  return [
    "| from Cloudflare | status | `code` | `type` | message |",
    "| --- | --- | --- | --- | --- |",
    ...listRows(BY_CODE, "code"),
    ...listRows(BY_STATUS, "status"),
  ].join("\n");
}

function listRows(failures: typeof BY_CODE, name: string): string[] {
  return Object.entries(failures).map(
    ([key, { status, code, message }]) =>
      `| ${name} ${key} | ${status} | \`${code}\` | \`${ERROR_TYPES[status]}\` | ${message} |`,
  );
}
