/**
 * Reads a request in OpenAI's Responses format, with the refusals of OpenAI's API.
 * https://platform.openai.com/docs/api-reference/responses/create
 */
import { openAiRefusal, readOpenAi } from "../refusal.ts";
import type { Choice, View } from "../view.ts";
import { FIELDS } from "./fields.ts";
import { checkInput, entriesOf } from "./input.ts";
import { responsesFields, type ResponsesFields } from "./schema.ts";
import { toViewTools } from "./tools.ts";

/** A checked request. */
export interface ResponsesRequest {
  readonly view: View;
  readonly fields: ResponsesFields;
}

/** Reads a request. Throws a ModelRefusal. */
export function readResponsesRequest(model: string, inputs: unknown): ResponsesRequest {
  const given = Object(inputs);
  if ("messages" in given) {
    // https://github.com/withastro/flue/issues/525
    throw openAiRefusal("Invalid value at input: Invalid input", { param: "input" });
  }
  const unknown = Object.keys(given).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) {
    const fault = { param: unknown, code: "unknown_parameter" };
    throw openAiRefusal(`Unknown parameter: '${unknown}'.`, fault);
  }
  refuseStored(given);
  const fields = readOpenAi(responsesFields, inputs);
  if (typeof fields.input !== "string") checkInput(model, fields.input);
  return { view: toView(model, fields), fields };
}

/** Refuses a request for what an earlier answer left behind: nothing is stored here. */
function refuseStored(given: Readonly<Record<string, unknown>>): void {
  const { previous_response_id: previous, conversation } = given;
  if (typeof previous === "string") {
    throw openAiRefusal(`Previous response with id '${previous}' not found.`, {
      param: "previous_response_id",
      code: "previous_response_not_found",
    });
  }
  if (conversation === undefined || conversation === null) return;
  const id = typeof conversation === "string" ? conversation : String(Object(conversation).id);
  throw openAiRefusal(`Conversation with id '${id}' not found.`, { param: null, status: 404 });
}

function toView(model: string, fields: ResponsesFields): View {
  const { input, instructions, tools, text, reasoning } = fields;
  const format = text?.format;
  const system = instructions ? [{ role: "system", text: instructions }] : [];
  const entries = typeof input === "string" ? [{ role: "user", text: input }] : entriesOf(input);
  const more = typeof input === "string" ? [] : input.flatMap((item) => item.tools ?? []);
  return {
    model,
    entries: [...system, ...entries],
    tools: toViewTools([...(tools ?? []), ...more]),
    choice: toChoice(fields.tool_choice),
    isParallel: fields.parallel_tool_calls !== false,
    ...(format?.type === "json_schema" && { schema: format["schema"] }),
    ...(format?.type === "json_object" && { schema: {} }),
    maxTokens: fields.max_output_tokens ?? undefined,
    thinks: (reasoning?.effort ?? "none") !== "none",
  };
}

function toChoice(choice: ResponsesFields["tool_choice"]): Choice {
  if (choice === undefined || choice === null) return { mode: "auto" };
  if (typeof choice === "string") return { mode: choice };
  const { mode = "required", tools = [choice] } = choice;
  return { mode, only: tools.map(({ name, type }) => name ?? type) };
}
