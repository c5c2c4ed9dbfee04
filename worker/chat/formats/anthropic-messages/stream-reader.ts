/** Reads a streamed answer in Anthropic's Messages format. */
import type { Model } from "../../env.ts";
import type { Part } from "../conversation.ts";
import type { StreamEvent, StreamReader } from "../format.ts";
import { DONE, readEventData } from "../model-error.ts";
import { wrapProof } from "./signature.ts";
import { readReason } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";

/** An event, or a part of one: every field that some event has. */
interface Fields {
  readonly type?: unknown;
  readonly message?: { readonly usage?: object };
  readonly content_block?: Fields;
  readonly delta?: Fields;
  readonly usage?: object;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string | null;
  readonly name?: string;
  readonly input?: object;
  readonly partial_json?: string;
  readonly stop_reason?: string | null;
  readonly stop_details?: { readonly explanation?: string | null } | null;
}

/** Reads one streamed answer. Events that are not known yet are passed over, as Anthropic requires. */
export class MessagesReader implements StreamReader {
  readonly #model: Model;
  #counts: object = {};
  #calls = 0;
  #reason: string | undefined;
  #isOver = false;
  /** What is known of the open block. */
  #block: { readonly type: unknown; readonly input?: object | undefined; signature?: string } = {
    type: undefined,
  };
  #hasInput = false;

  constructor(model: Model) {
    this.#model = model;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isWhole(): boolean {
    return this.#isOver || this.#reason !== undefined;
  }

  read(given: StreamEvent): readonly Part[] {
    const json = readEventData(given);
    if (json === undefined) return [];
    // Servers that speak OpenAI's formats, too, end every stream so.
    if (json === DONE) return this.#readDone();
    const event: Fields = Object(json);
    switch (event.type) {
      case "message_start":
        this.#counts = { ...event.message?.usage };
        return [];
      case "content_block_start":
        return this.#start(event.content_block ?? {});
      case "content_block_delta":
        return this.#add(event.delta ?? {});
      case "content_block_stop":
        return this.#stop();
      case "message_delta":
        return this.#readEnd(event);
      case "message_stop":
        this.#isOver = true;
        return [];
      default:
        if (typeof event.type !== "string") throw new Error("an event has no type");
        return [];
    }
  }

  end(): readonly Part[] {
    if (!this.isWhole) throw new Error("the stream ended before the answer did");
    const usage = readUsage(this.#counts);
    return [
      ...(usage === undefined ? [] : [{ type: "usage", usage } as const]),
      { type: "end", reason: readReason(this.#reason) },
    ];
  }

  #readDone(): readonly Part[] {
    if (!this.isWhole) throw new Error("the stream ended before the answer did");
    this.#isOver = true;
    return [];
  }

  #start({ type, text, thinking, data, id, name, input }: Fields): readonly Part[] {
    this.#block = { type, input };
    this.#hasInput = false;
    switch (type) {
      case "text":
        return some("text", text);
      case "thinking":
        return some("reasoning", thinking);
      case "redacted_thinking":
        return [{ type: "opaque", opaque: wrapProof(this.#model.id, { data: data ?? "" }) }];
      case "tool_use":
        return [{ type: "call", index: this.#calls++, id: id ?? "", name: name ?? "" }];
      default:
        return [];
    }
  }

  #add({ type, text, thinking, signature, partial_json = "" }: Fields): readonly Part[] {
    switch (type) {
      case "text_delta":
        return some("text", text);
      case "thinking_delta":
        return some("reasoning", thinking);
      case "signature_delta":
        if (signature) this.#block.signature = signature;
        return [];
      case "input_json_delta":
        // A tool that the provider carries out has arguments, too.
        if (partial_json === "" || this.#block.type !== "tool_use") return [];
        this.#hasInput = true;
        return [{ type: "input", index: this.#calls - 1, text: partial_json }];
      default:
        return [];
    }
  }

  #stop(): readonly Part[] {
    const { type, input, signature } = this.#block;
    this.#block = { type: undefined };
    if (type === "thinking" && signature !== undefined) {
      return [{ type: "opaque", opaque: wrapProof(this.#model.id, { signature }) }];
    }
    if (type !== "tool_use" || this.#hasInput) return [];
    return [{ type: "input", index: this.#calls - 1, text: JSON.stringify(input ?? {}) }];
  }

  #readEnd({ delta, usage }: Fields): readonly Part[] {
    const known = Object.entries({ ...usage }).filter(([, value]) => value !== null);
    this.#counts = { ...this.#counts, ...Object.fromEntries(known) };
    this.#reason = delta?.stop_reason ?? this.#reason;
    return some("refusal", delta?.stop_details?.explanation ?? undefined);
  }
}

function some(type: "text" | "reasoning" | "refusal", text: string | undefined): readonly Part[] {
  return text ? [{ type, text }] : [];
}
