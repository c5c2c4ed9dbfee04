/** Reads a stream in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { Part } from "../conversation.ts";
import type { StreamEvent, StreamReader } from "../format.ts";
import { DONE, readEventData } from "../model-error.ts";
import { failure, outputOf, readReason, requireSuccess } from "./read-answer.ts";
import { loose, textOf, type Loose } from "./read-item.ts";
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

  read(given: StreamEvent): readonly Part[] {
    const json = readEventData(given);
    if (json === undefined) return [];
    if (json === DONE) {
      this.#isOver = true;
      return [];
    }
    const event = loose(json);
    return this.#readEvent(textOf(event["type"]) ?? given.event ?? "", event);
  }

  end(): readonly Part[] {
    if (!this.#isWhole) throw new Error("the stream ended before the answer did");
    return [];
  }

  #readEvent(type: string, event: Loose): readonly Part[] {
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
