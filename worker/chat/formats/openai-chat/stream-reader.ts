/** Reads a stream in OpenAI's chat format, or in that of Workers AI's older models. */
import type { Part } from "../conversation.ts";
import { AnswerError, type StreamEvent, type StreamReader } from "../format.ts";
import { DONE, readEventData } from "../model-error.ts";
import { readDelta, readReason } from "./delta.ts";
import { ToolCalls } from "./tool-calls.ts";
import { readUsage } from "./usage.ts";

/** Reads the stream of one answer. */
export class ChatStreamReader implements StreamReader {
  readonly #calls = new ToolCalls();
  #reason: unknown;
  #hasAnswer = false;
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  get isWhole(): boolean {
    return this.#isOver || this.#reason !== undefined;
  }

  read(event: StreamEvent): readonly Part[] {
    const json = readEventData(event);
    if (json === undefined) return [];
    if (json === DONE) {
      if (!this.#hasAnswer) throw new Error("the stream has no answer");
      this.#isOver = true;
      return [];
    }
    if (typeof json !== "object" || json === null) throw new AnswerError(json);
    return "choices" in json ? this.#readChunk(json) : this.#readOlder(json);
  }

  end(): readonly Part[] {
    if (!this.isWhole) throw new Error("the stream ended before the answer did");
    return [{ type: "end", reason: readReason(this.#reason) }];
  }

  #readChunk({ choices, usage }: { choices: unknown; usage?: unknown }): readonly Part[] {
    const [choice]: readonly unknown[] = Array.isArray(choices) ? choices : [];
    const { delta, message, finish_reason }: Readonly<Record<string, unknown>> = Object(choice);
    this.#hasAnswer ||= choice !== undefined;
    this.#readReason(finish_reason);
    return [...readDelta(delta ?? message, this.#calls), ...usageParts(usage)];
  }

  #readOlder(json: object): readonly Part[] {
    const { response, tool_calls, finish_reason, usage }: Readonly<Record<string, unknown>> =
      Object(json);
    this.#hasAnswer ||= (response ?? tool_calls) !== undefined;
    this.#readReason(finish_reason);
    return [...readDelta({ content: response, tool_calls }, this.#calls), ...usageParts(usage)];
  }

  #readReason(reason: unknown): void {
    if (reason !== undefined && reason !== null && reason !== "") this.#reason = reason;
  }
}

function usageParts(value: unknown): readonly Part[] {
  const usage = readUsage(value);
  return usage === undefined ? [] : [{ type: "usage", usage }];
}
