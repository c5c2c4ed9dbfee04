/** Reads a stream in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { Part } from "../conversation.ts";
import { AnswerError, type StreamEvent, type StreamReader } from "../format.ts";
import { failure, outputOf, readReason, requireSuccess } from "./read-answer.ts";
import { loose, textOf, type Loose } from "./read-item.ts";
import { isGiven } from "./reading.ts";
import { StreamItems } from "./stream-items.ts";
import { readUsage } from "./usage.ts";

/** Reads the stream of one answer. */
export class ResponsesStreamReader implements StreamReader {
  readonly #items: StreamItems;
  #isOver = false;
  #isWhole = false;

  constructor(model: Model) {
    this.#items = new StreamItems(model);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  read({ event, data }: StreamEvent): readonly Part[] {
    const text = data.trim();
    if (text === "") return [];
    if (text === "[DONE]") {
      this.#isOver = true;
      return [];
    }
    const json = loose(JSON.parse(text));
    return this.#readEvent(textOf(json["type"]) ?? event ?? "", json);
  }

  end(): readonly Part[] {
    if (!this.#isWhole) throw new Error("the stream ended before the answer did");
    return [];
  }

  #readEvent(type: string, event: Loose): readonly Part[] {
    if (type === "error" || (type === "" && isGiven(event["error"]))) {
      throw new AnswerError({ error: event["error"] ?? event });
    }
    const response = loose(event["response"]);
    switch (type) {
      case "response.failed":
      case "response.cancelled":
        throw failure(response);
      case "response.completed":
      case "response.done":
        return this.#finish(response);
      case "response.incomplete":
        return this.#finish({ ...response, status: "incomplete" });
      default:
        return this.#items.read(type, event);
    }
  }

  #finish(response: Loose): readonly Part[] {
    requireSuccess(response);
    this.#isOver = true;
    this.#isWhole = true;
    const missing = this.#items.finish(outputOf(response));
    const usage = readUsage(response["usage"]);
    return [
      ...missing,
      ...(usage === undefined ? [] : [{ type: "usage", usage } as const]),
      { type: "end", reason: readReason(response, this.#items.hasCalls) },
    ];
  }
}
