import { MODEL_ROWS } from "../policy/settings/formats.ts";

const MEANINGS = {
  "workers-ai": "Workers AI's own; `@cf/openai/gpt-oss-…` may be declared to speak `responses`",
  chat: "`chat`",
  responses: "`responses`",
  messages: "`messages`",
  unreachable: "none: the AI binding has no way to them, and a [rule](rules.md) refuses them",
  unknown:
    "not known, as of every other provider: a rule refuses them until the stack file declares it",
} as const;

/** Makes the Markdown table of the formats that models take, each row with its source and day. */
export function formatsTable(): string {
  return [
    "| models | format | known |",
    "| --- | --- | --- |",
    ...MODEL_ROWS.map(({ shown, speaks, source, asOf }) => {
      const models = shown.map((name) => `\`${name}\``).join(", ");
      return `| ${models} | ${MEANINGS[speaks]} | [${asOf}](${source}) |`;
    }),
  ].join("\n");
}
