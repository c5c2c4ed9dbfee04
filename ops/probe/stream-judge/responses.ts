/** Judges streams in OpenAI's Responses format: https://platform.openai.com/docs/api-reference/responses-streaming */
import {
  fieldsOf,
  firstFault,
  has,
  isConstant,
  isCounted,
  isText,
  type Fields,
  type Judge,
} from "./stream-event.ts";

/** Finds the first fault of a stream in OpenAI's Responses format. */
export const judgeResponses: Judge = (events) => {
  const jsons = events.map(({ json }) => json ?? {});
  const responses = jsons.flatMap(({ response }) => (has(response) ? [fieldsOf(response)] : []));
  const last = jsons.at(-1) ?? {};
  const ends = jsons.filter(({ type }) => RESPONSE_ENDS.has(type));
  const items = jsons.filter(({ item }) => has(item));
  const ofItems = jsons.filter((json) => has(json["item_id"]));
  const known = new Set(items.map(({ item }) => fieldsOf(item)["id"]));
  return firstFault([
    [events.every(({ json }) => json !== undefined), "an event is no JSON"],
    [events.every(({ name, json }) => name === json?.["type"]), "an event's name is not its type"],
    [
      jsons.every(({ type }) => type !== "error" && type !== "response.failed"),
      "an error is in it",
    ],
    [jsons[0]?.["type"] === "response.created", "it does not begin with response.created"],
    [isNumbered(jsons), "sequence_number does not count up"],
    [isConstant(responses, "id"), "id of the response is missing or changes"],
    [isConstant(responses, "model"), "model of the response is missing or changes"],
    [ends.length === 1 && RESPONSE_ENDS.has(last["type"]), "it does not end once"],
    [[...items, ...ofItems].every(isPlaced), "output_index is no number"],
    [ofItems.every((json) => known.has(json["item_id"])), "item_id is of no item"],
    [
      items.every(({ item }) => isItem(fieldsOf(item))),
      "an item lacks its id, or a call its call_id",
    ],
    [isCounted(fieldsOf(last["response"])["usage"], TOKEN_COUNTS), "usage is not in numbers"],
  ]);
};

const RESPONSE_ENDS: ReadonlySet<unknown> = new Set(["response.completed", "response.incomplete"]);
const TOKEN_COUNTS = ["input_tokens", "output_tokens"] as const;

function isNumbered(jsons: readonly Fields[]): boolean {
  const numbers = jsons.map((json) => json["sequence_number"]);
  return numbers.every(
    (number, index) =>
      typeof number === "number" && (index === 0 || number > Number(numbers[index - 1])),
  );
}

function isPlaced({ output_index }: Fields): boolean {
  return typeof output_index === "number";
}

function isItem({ id, type, call_id, arguments: input }: Fields): boolean {
  const isCall = type === "function_call";
  return isText(id) && (!isCall || (isText(call_id) && typeof input === "string"));
}
