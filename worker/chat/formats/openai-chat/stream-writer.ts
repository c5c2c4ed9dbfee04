/** Writes a streamed answer in OpenAI's chat format. */
import { errorBody, type Refusal } from "../../refusal.ts";
import type { Part, Usage } from "../conversation.ts";
import type { AnswerHead, StreamWriter } from "../format.ts";
import { writeOpaque } from "./reasoning.ts";
import { writeUsage } from "./usage.ts";
import { chatHead, writeCall } from "./write-answer.ts";

/** Writes the chunks of one answer; a stream that fails has no `[DONE]`, which an SDK raises. */
export class ChatStreamWriter implements StreamWriter {
  readonly #head: AnswerHead;
  /** A chunk up to its delta, which most parts of it share. */
  readonly #prefix: string;
  readonly #custom = new Set<number>();
  #usage: Usage | undefined;
  #reason = "stop";

  constructor(head: AnswerHead) {
    this.#head = head;
    const opening = JSON.stringify(chatHead("chat.completion.chunk", head)).slice(0, -1);
    this.#prefix = `data: ${opening},"choices":[{"index":0,"delta":`;
  }

  begin(): string {
    return this.#chunk({ role: "assistant", content: "" });
  }

  write(part: Part): string {
    switch (part.type) {
      case "text":
        return this.#chunk({ content: part.text });
      case "refusal":
        return this.#chunk({ refusal: part.text });
      case "reasoning":
        return this.#chunk({ [part.field ?? "reasoning_content"]: part.text });
      case "opaque":
        return this.#chunk(writeOpaque(part.opaque));
      case "call": {
        if (part.isCustom === true) this.#custom.add(part.index);
        const { type: _, index, ...call } = part;
        return this.#chunk({ tool_calls: [{ index, ...writeCall({ ...call, input: "" }) }] });
      }
      case "input": {
        const { index, text } = part;
        const input = this.#custom.has(index)
          ? { custom: { input: text } }
          : { function: { arguments: text } };
        return this.#chunk({ tool_calls: [{ index, ...input }] });
      }
      case "more":
        return this.#chunk(part.fields);
      case "usage":
        this.#usage = part.usage;
        return "";
      case "end":
      default:
        this.#reason = part.reason;
        return "";
    }
  }

  end(): string {
    const { request } = this.#head;
    const last = this.#chunk({}, JSON.stringify(this.#reason));
    const usage = request.includeUsage === true ? this.#usage : undefined;
    return `${last}${usage === undefined ? "" : this.#usageChunk(usage)}data: [DONE]\n\n`;
  }

  fail(refusal: Refusal): string {
    return event(errorBody(refusal, this.#head.ids));
  }

  #chunk(delta: object, reason = "null"): string {
    return `${this.#prefix}${JSON.stringify(delta)},"finish_reason":${reason},"logprobs":null}]}\n\n`;
  }

  #usageChunk(usage: Usage): string {
    return event({
      ...chatHead("chat.completion.chunk", this.#head),
      choices: [],
      usage: writeUsage(usage),
    });
  }
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
