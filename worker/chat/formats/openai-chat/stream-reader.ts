/** Reads a stream in OpenAI's chat form, or in that of Workers AI's older models. */
import type { Part } from "../conversation.ts";
import { AnswerError, type StreamEvent, type StreamReader } from "../format.ts";
import { errorIn, readDelta, readReason } from "./delta.ts";
import { ToolCalls } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/** Reads the stream of one answer. */
export class ChatStreamReader implements StreamReader {
  readonly #calls = new ToolCalls();
  #reason: unknown;
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  get isWhole(): boolean {
    return this.#isOver || (typeof this.#reason === "string" && this.#reason !== "");
  }

  read({ event, data }: StreamEvent): readonly Part[] {
    const text = data.trim();
    if (text === "" || event === "ping") return [];
    if (text === "[DONE]") {
      this.#isOver = true;
      return [];
    }
    const json: unknown = JSON.parse(text);
    const isError = event === "error" || errorIn(json) !== undefined;
    if (isError || typeof json !== "object" || json === null) throw new AnswerError(json);
    return "choices" in json ? this.#readChunk(json) : this.#readOlder(json);
  }

  end(): readonly Part[] {
    if (!this.isWhole) throw new Error("the stream ended before the answer did");
    return [{ type: "end", reason: readReason(this.#reason, this.#calls.count > 0) }];
  }

  #readChunk({ choices, usage }: { choices: unknown; usage?: unknown }): readonly Part[] {
    const [choice]: readonly unknown[] = Array.isArray(choices) ? choices : [];
    const { delta, message, finish_reason }: Readonly<Record<string, unknown>> = Object(choice);
    this.#reason = (finish_reason ?? "") === "" ? this.#reason : finish_reason;
    return [...readDelta(delta ?? message, this.#calls), ...usageParts(usage)];
  }

  #readOlder(json: object): readonly Part[] {
    const { response, tool_calls, finish_reason, usage }: Readonly<Record<string, unknown>> =
      Object(json);
    this.#reason = (finish_reason ?? "") === "" ? this.#reason : finish_reason;
    return [...readDelta({ content: response, tool_calls }, this.#calls), ...usageParts(usage)];
  }
}

function usageParts(value: unknown): readonly Part[] {
  const usage = readUsage(value);
  return usage === undefined ? [] : [{ type: "usage", usage }];
}
