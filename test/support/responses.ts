/** Requests and answers in OpenAI's Responses format, and OpenAI's own reader of its streams. */
import OpenAI from "openai";

import type { Model, Reach } from "../../worker/chat/env.ts";
import type { Answer, Part } from "../../worker/chat/formats/conversation.ts";
import { partsOf } from "../../worker/chat/formats/answer.ts";
import type { AnswerHead, ChatRequest, StreamReader } from "../../worker/chat/formats/format.ts";
import { responsesCaller } from "../../worker/chat/formats/openai-responses/openai-responses.ts";
import { readResponsesRequest } from "../../worker/chat/formats/openai-responses/request.ts";
import { RefusalError, type Refusal } from "../../worker/chat/refusal.ts";
import { modelOf } from "./models.ts";

/** A model that speaks the format. */
export const MODEL: Model = { ...modelOf("openai/gpt-x"), speaks: "responses" };

/** Reads a request, which says Hi where it has no other input. */
export function readFields(fields: object, allow: readonly Reach[] = []): ChatRequest {
  const body = JSON.stringify({ model: MODEL.id, input: "Hi", ...fields });
  return readResponsesRequest(body, { ALLOW: [...allow] });
}

/** Returns the refusal of a request. */
export function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Names an answer to a request. */
export function headOf(fields: object = {}): AnswerHead {
  const request = readFields(fields);
  return { eventId: "e-1", model: MODEL.id, created: 7, request, ids: { event_id: "e-1" } };
}

/** Writes parts as a whole stream. */
export function streamOf(parts: readonly Part[], head = headOf()): string {
  const writer = responsesCaller.openStream(head);
  return writer.begin() + parts.map((part) => writer.write(part)).join("") + writer.end();
}

/** Writes an answer as a stream. */
export function streamAnswerOf(answer: Answer, head = headOf()): string {
  return streamOf(partsOf(answer), head);
}

/** Reads the events of a stream. */
export function eventsOf(stream: string): readonly Readonly<Record<string, unknown>>[] {
  return stream
    .split("\n\n")
    .filter((text) => text !== "")
    .map((text) => Object(JSON.parse(text.slice(text.indexOf("data: ") + 6))));
}

/** Reads events, each an object, as a model's. */
export function readEvents(reader: StreamReader, events: readonly object[]): readonly Part[] {
  return events.flatMap((event) => reader.read({ data: JSON.stringify(event) }));
}

/** Puts a stream together as OpenAI's SDK does. */
export function finalResponse(stream: string) {
  const client = new OpenAI({
    apiKey: "none",
    baseURL: "https://worker.test/v1",
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(stream, { headers: { "content-type": "text/event-stream" } })),
  });
  return client.responses.stream({ model: MODEL.id, input: "Hi" }).finalResponse();
}
