/** Writes a stream in OpenAI's Responses format. */
import { errorBody, type Refusal } from "../../refusal.ts";
import type { Part } from "../conversation.ts";
import type { AnswerHead, StreamWriter } from "../format.ts";
import { Output } from "./output.ts";
import type { Event } from "./output-items.ts";
import { begunResponse, endedResponse, failedResponse } from "./response.ts";

/** Writes one answer: its last event repeats the whole. */
export class ResponsesStreamWriter implements StreamWriter {
  readonly #head: AnswerHead;
  readonly #output: Output;
  #next = 0;

  constructor(head: AnswerHead) {
    this.#head = head;
    this.#output = new Output(head);
  }

  begin(): string {
    const response = begunResponse(this.#head);
    return this.#format([
      { type: "response.created", response },
      { type: "response.in_progress", response },
    ]);
  }

  write(part: Part): string {
    return this.#format(this.#output.write(part));
  }

  end(): string {
    const closed = this.#output.end();
    const status = this.#output.incomplete === undefined ? "completed" : "incomplete";
    const response = endedResponse(this.#head, this.#output);
    return this.#format([...closed, { type: `response.${status}`, response }]);
  }

  /** Ends in two events: OpenAI's SDK raises the first, and Codex reads the second alone. */
  fail(refusal: Refusal): string {
    const { code, message, param = null } = refusal;
    const response = failedResponse(this.#head, this.#output, refusal);
    return this.#format([
      { type: "error", code, message, param, ...errorBody(refusal, this.#head.ids) },
      { type: "response.failed", response },
    ]);
  }

  #format(events: readonly Event[]): string {
    return events
      .map(({ type, ...fields }) => {
        const data = { type, sequence_number: this.#next++, ...fields };
        return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
      })
      .join("");
  }
}
