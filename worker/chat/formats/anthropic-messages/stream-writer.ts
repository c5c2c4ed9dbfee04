/**
 * Writes a streamed answer in Anthropic's Messages format, where blocks follow each other and never
 * interleave: a call that begins beside another is held back until that one is whole.
 */
import { parseJson } from "../../../json.ts";
import type { Refusal } from "../../refusal.ts";
import type { EndReason, Part, Usage } from "../conversation.ts";
import type { AnswerHead, StreamWriter } from "../format.ts";
import { messagesError } from "./errors.ts";
import { writeReason } from "./stop-reason.ts";
import { writeUsage } from "./usage.ts";
import { writeHead } from "./write-answer.ts";

/** A block that is open, or waits for those before it. */
interface Block {
  readonly kind: "text" | "thinking" | "redacted_thinking" | "tool_use";
  /** The fields with which it begins. */
  readonly start: object;
  /** The number of the call. */
  readonly call?: number;
  /** The text that waits to be written. */
  waiting: string;
  /** The arguments so far, of a call. */
  input: string;
  signature?: string;
  isClosed: boolean;
}

/** Writes one streamed answer. */
export class MessagesWriter implements StreamWriter {
  readonly #head: AnswerHead;
  /** The open block, and those that wait for it. */
  readonly #blocks: Block[] = [];
  /** The number of the open block. */
  #index = 0;
  #isStarted = false;
  #hasRefused = false;
  #reason: EndReason = "stop";
  #usage: Usage | undefined;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  begin(): string {
    const message = {
      ...writeHead(this.#head),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      // Models of other formats count their input at the end: message_delta has it.
      usage: writeUsage(undefined),
    };
    return event("message_start", { message });
  }

  write(part: Part): string {
    if (part.type === "text") return this.#append("text", part.text);
    if (part.type === "reasoning") return this.#append("thinking", part.text);
    if (part.type === "input") return this.#addInput(part.index, part.text);
    if (part.type === "opaque") return this.#prove(part.opaque);
    if (part.type === "call") {
      const { index: call, id, name } = part;
      return this.#open({ kind: "tool_use", start: { id, name, input: {} }, call });
    }
    if (part.type === "usage") this.#usage = part.usage;
    if (part.type === "end") this.#reason = part.reason;
    if (part.type !== "refusal") return "";
    this.#hasRefused = true;
    return this.#append("text", part.text);
  }

  end(): string {
    for (const block of this.#blocks) block.isClosed = true;
    const rest = this.#flush();
    const delta = writeReason(this.#reason, this.#hasRefused);
    const usage = writeUsage(this.#usage);
    return rest + event("message_delta", { delta, usage }) + event("message_stop", {});
  }

  fail(refusal: Refusal): string {
    return `event: error\ndata: ${JSON.stringify(messagesError(refusal, this.#head.ids))}\n\n`;
  }

  #append(kind: "text" | "thinking", text: string): string {
    const last = this.#blocks.at(-1);
    if (last?.kind === kind && !last.isClosed) {
      last.waiting += text;
      return this.#flush();
    }
    const start = kind === "text" ? { text: "", citations: null } : { thinking: "", signature: "" };
    return this.#open({ kind, start }, text);
  }

  #prove(opaque: string): string {
    const last = this.#blocks.at(-1);
    if (last?.kind === "thinking" && !last.isClosed) {
      last.signature = opaque;
      last.isClosed = true;
      return this.#flush();
    }
    return this.#open({ kind: "redacted_thinking", start: { data: opaque } });
  }

  #addInput(call: number, text: string): string {
    const block = this.#blocks.find((each) => each.call === call);
    if (block === undefined) return "";
    block.waiting += text;
    block.input += text;
    return this.#flush();
  }

  #open(block: Pick<Block, "kind" | "start" | "call">, text = ""): string {
    const last = this.#blocks.at(-1);
    // A call may still get arguments; anything else is over where another block begins.
    if (last !== undefined && last.kind !== "tool_use") last.isClosed = true;
    const isClosed = block.kind === "redacted_thinking";
    this.#blocks.push({ ...block, waiting: text, input: "", isClosed });
    return this.#flush();
  }

  /** Writes what may be written: the open block, and the next ones where it is whole. */
  #flush(): string {
    let events = "";
    for (let [block] = this.#blocks; block !== undefined; [block] = this.#blocks) {
      events += this.#writeBlock(block);
      if (!this.#isWhole(block)) return events;
      events += this.#close(block);
    }
    return events;
  }

  #isWhole({ isClosed, kind, input }: Block): boolean {
    if (isClosed) return true;
    // What waits is held back until the arguments are one whole JSON: then no more of them follow.
    return kind === "tool_use" && this.#blocks.length > 1 && parseJson(input) !== undefined;
  }

  #writeBlock(block: Block): string {
    const { kind, start, waiting: text } = block;
    const index = this.#index;
    let events = "";
    if (!this.#isStarted) {
      this.#isStarted = true;
      events += event("content_block_start", { index, content_block: { type: kind, ...start } });
    }
    block.waiting = "";
    if (text === "") return events;
    return events + event("content_block_delta", { index, delta: deltaOf(kind, text) });
  }

  #close({ signature }: Block): string {
    this.#blocks.shift();
    this.#isStarted = false;
    const index = this.#index++;
    const delta = { type: "signature_delta", signature };
    const proof = signature === undefined ? "" : event("content_block_delta", { index, delta });
    return proof + event("content_block_stop", { index });
  }
}

function deltaOf(kind: Block["kind"], text: string): object {
  if (kind === "text") return { type: "text_delta", text };
  if (kind === "thinking") return { type: "thinking_delta", thinking: text };
  return { type: "input_json_delta", partial_json: text };
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
