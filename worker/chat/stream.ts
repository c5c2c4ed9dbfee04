/** From the events that a model streams to OpenAI's, one at a time: nothing is gathered, and nothing runs ahead. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import * as v from "valibot";

import { errorBody, type Refusal } from "./errors.ts";
import { asText, readToolCalls, usageShape, withTotal, type Usage } from "./completion.ts";
import { cut, describeFailure, timedOut } from "./failures.ts";
import { readAs } from "./models.ts";
import type { StreamEnd } from "./request-log.ts";

export interface StreamArgs {
  readonly id: string;
  readonly model: string;
  readonly now: Date;
  readonly includeUsage: boolean;
  /** What finds the request, for an error within the stream. */
  readonly ids: object;
}

// Newer models stream as OpenAI does.
const chunkShape = v.object({
  choices: v.array(
    v.object({
      delta: v.optional(v.looseObject({})),
      finish_reason: v.nullish(v.string()),
    }),
  ),
  usage: v.nullish(usageShape),
});

// Older models stream in the platform's own way: a text that is a number comes as one.
const responseShape = v.object({
  response: v.optional(v.unknown()),
  tool_calls: v.nullish(v.array(v.unknown())),
  finish_reason: v.nullish(v.string()),
  usage: v.nullish(usageShape),
});

interface Part {
  readonly delta: object | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly newCalls?: number;
}

/**
 * OpenAI's stream of a model's. A stream that breaks off, or holds what nobody can read, ends in an error event and
 * without `[DONE]`, which an SDK raises. Cancelling it cancels the model's. `onEnd` is called once.
 */
export function toChunkStream(
  body: ReadableStream<Uint8Array>,
  args: StreamArgs,
  onEnd: (end: StreamEnd) => void,
): ReadableStream<Uint8Array> {
  const events = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  return ReadableStream.from(writeChunks(readParts(events), args, onEnd)).pipeThrough(
    new TextEncoderStream(),
  );
}

async function* writeChunks(
  parts: AsyncIterable<Part>,
  args: StreamArgs,
  onEnd: (end: StreamEnd) => void,
): AsyncGenerator<string> {
  let end: StreamEnd = "cancelled";
  let finishReason: string | undefined;
  let hasToolCalls = false;
  let usage: Usage | undefined;
  try {
    yield chunk(args, { delta: { role: "assistant", content: "" }, finish_reason: null });
    for await (const part of parts) {
      usage = part.usage ?? usage;
      finishReason = part.finishReason ?? finishReason;
      if (part.delta === undefined) continue;
      hasToolCalls ||= "tool_calls" in part.delta;
      yield chunk(args, { delta: part.delta, finish_reason: null });
    }
    finishReason ??= hasToolCalls ? "tool_calls" : "stop";
    yield chunk(args, { delta: {}, finish_reason: finishReason });
    if (args.includeUsage && usage !== undefined) yield usageChunk(args, usage);
    end = "complete";
    yield "data: [DONE]\n\n";
  } catch (error) {
    end = "cut";
    yield event(errorBody(describeEnd(error), args.ids));
  } finally {
    onEnd(end);
  }
}

function describeEnd(error: unknown): Refusal {
  if (error instanceof StreamError) return describeFailure(502, error.body);
  // What AbortSignal.timeout() ends a body with.
  return error instanceof DOMException && error.name === "TimeoutError" ? timedOut : cut;
}

/** The model told an error where a part of its answer was due. */
class StreamError extends Error {
  readonly body: unknown;

  constructor(body: unknown) {
    super("the model's stream holds an error");
    this.body = body;
  }
}

/** Throws when the stream breaks off, or ends before the model said that it was done. */
async function* readParts(events: AsyncIterable<{ readonly data: string }>): AsyncGenerator<Part> {
  let isDone = false;
  let calls = 0;
  for await (const { data } of events) {
    if (data.trim() === "[DONE]") {
      isDone = true;
      continue;
    }
    const part = readPart(JSON.parse(data), calls);
    calls += part.newCalls ?? 0;
    isDone ||= part.finishReason !== undefined;
    yield part;
  }
  if (!isDone) throw new Error("the stream ended before the answer did");
}

/** `calls` were before this part: an older model's have no index of their own. */
function readPart(json: unknown, calls: number): Part {
  const modern = readAs(chunkShape, json);
  if (modern !== undefined) {
    const [choice] = modern.choices;
    return {
      delta: choice?.delta,
      finishReason: choice?.finish_reason ?? undefined,
      usage: modern.usage ?? undefined,
    };
  }
  const older = readAs(responseShape, json);
  if (older === undefined || Object.keys(older).length === 0) throw new StreamError(json);
  const content = asText(older.response ?? "");
  const newCalls = readToolCalls(older.tool_calls ?? []);
  const indexed = newCalls.map((call, place) => ({ index: calls + place, ...call }));
  const delta = {
    ...(content && { content }),
    ...(newCalls.length > 0 && { tool_calls: indexed }),
  };
  return {
    delta: Object.keys(delta).length === 0 ? undefined : delta,
    finishReason: older.finish_reason ?? undefined,
    usage: older.usage ?? undefined,
    newCalls: newCalls.length,
  };
}

function chunk(args: StreamArgs, choice: object): string {
  return event({ ...head(args), choices: [{ index: 0, ...choice, logprobs: null }] });
}

function usageChunk(args: StreamArgs, usage: Usage): string {
  return event({ ...head(args), choices: [], usage: withTotal(usage) });
}

function head({ id, model, now }: StreamArgs) {
  const created = Math.floor(now.getTime() / 1000);
  return { id: `chatcmpl-${id}`, object: "chat.completion.chunk", created, model };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
