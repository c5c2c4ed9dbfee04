import { BY_CODE, BY_NAME, BY_STATUS, isOfRequest } from "../worker/chat/models/failures.ts";
import { ERROR_TYPES, type Refusal } from "../worker/chat/refusal.ts";

/**
 * Makes the Markdown table of what a caller gets for each failure of the gateway and of Workers AI.
 */
export function failuresTable(): string {
  return [
    "| from Cloudflare | status | `code` | `type` | message |",
    "| --- | --- | --- | --- | --- |",
    ...listRows(BY_CODE, "code"),
    ...listRows(BY_NAME, "name"),
    ...listRows(BY_STATUS, "status"),
  ].join("\n");
}

function listRows(failures: Readonly<Record<string, Refusal>>, name: string): string[] {
  return Object.entries(failures).map(([key, refusal]) => {
    const { status, code, message } = refusal;
    const text = isOfRequest(refusal) ? `${message}: …` : message;
    return `| ${name} ${key} | ${status} | \`${code}\` | \`${ERROR_TYPES[status]}\` | ${text} |`;
  });
}
