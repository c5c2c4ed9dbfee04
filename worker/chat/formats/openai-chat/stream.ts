/** Translates a model's stream to OpenAI's: nothing is gathered, and nothing runs ahead. */
import { createParser } from "eventsource-parser";

import { errorBody, type Refusal } from "../../refusal.ts";
import { cut, describeFailure, timedOut } from "../../models/failures.ts";
import type { StreamEnd } from "../../line/request-line.ts";
import { withTotal, type Usage } from "./answer.ts";
import { StreamError, readPart } from "./stream-part.ts";

interface StreamArgs {
  /** The fields that name the answer, on every chunk. */
  readonly head: object;
  readonly includeUsage: boolean;
  /** The ids that find the request, for an error within the stream. */
  readonly ids: object;
}

/**
 * Translates a model's stream to OpenAI's. A stream that breaks off, or holds what nobody can read,
 * ends in an error event and without `[DONE]`, which an SDK raises. Cancelling the translation
 * cancels the model's stream. `onEnd` is called once.
 *
 * It is one stream with one write for each piece of the network: a chain of pipes, each event
 * written by itself, took twice the time. `npm run bench -- --only worker` measures it.
 */
export function toChunkStream(
  body: ReadableStream<Uint8Array>,
  args: StreamArgs,
  onEnd: (end: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const answer = new Answer(args);
  const parser = createParser({ onEvent: ({ data }) => answer.add(data) });

  /**
   * Reads until there is something to send. A piece may hold no whole event, and a pull must bring
   * one.
   */
  async function read(): Promise<StreamEnd | undefined> {
    try {
      while (answer.isEmpty) {
        const { done, value } = await reader.read();
        parser.feed(decoder.decode(value, { stream: !done }));
        if (!done) continue;
        answer.end();
        return "complete";
      }
      return undefined;
    } catch (error) {
      answer.fail(error);
      // The model's stream is broken off already, or of no more use.
      await reader.cancel().catch(() => {});
      return "cut";
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const end = await read();
        controller.enqueue(encoder.encode(answer.take()));
        if (end === undefined) return;
        onEnd(end);
        controller.close();
      },
      async cancel(reason) {
        onEnd("cancelled");
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The answer so far, as text that waits to be sent. */
class Answer {
  readonly #args: StreamArgs;
  #text: string;
  #finishReason: string | undefined;
  #usage: Usage | undefined;
  #calls = 0;
  #hasCalls = false;
  #isDone = false;

  constructor(args: StreamArgs) {
    this.#args = args;
    this.#text = chunk(args, { delta: { role: "assistant", content: "" }, finish_reason: null });
  }

  get isEmpty(): boolean {
    return this.#text === "";
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Throws for an event that is no part of an answer. */
  add(data: string): void {
    if (data.trim() === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const { delta, usage, finishReason, newCalls = 0 } = readPart(JSON.parse(data), this.#calls);
    this.#calls += newCalls;
    this.#hasCalls ||= delta !== undefined && "tool_calls" in delta;
    this.#usage = usage ?? this.#usage;
    this.#finishReason = finishReason ?? this.#finishReason;
    this.#isDone ||= finishReason !== undefined;
    if (delta !== undefined) this.#text += chunk(this.#args, { delta, finish_reason: null });
  }

  /** Throws where the model's stream is over and its answer is not. */
  end(): void {
    if (!this.#isDone) throw new Error("the stream ended before the answer did");
    const finishReason = this.#finishReason ?? (this.#hasCalls ? "tool_calls" : "stop");
    this.#text += chunk(this.#args, { delta: {}, finish_reason: finishReason });
    if (this.#args.includeUsage && this.#usage !== undefined) {
      this.#text += usageChunk(this.#args, this.#usage);
    }
    this.#text += "data: [DONE]\n\n";
  }

  fail(error: unknown): void {
    this.#text += event(errorBody(describeEnd(error), this.#args.ids));
  }
}

function describeEnd(error: unknown): Refusal {
  if (error instanceof StreamError) return describeFailure(502, error.body);
  // AbortSignal.timeout() ends a body with this error.
  return error instanceof DOMException && error.name === "TimeoutError" ? timedOut : cut;
}

function chunk({ head }: StreamArgs, choice: object): string {
  return event({ ...head, choices: [{ index: 0, ...choice, logprobs: null }] });
}

function usageChunk({ head }: StreamArgs, usage: Usage): string {
  return event({ ...head, choices: [], usage: withTotal(usage) });
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
