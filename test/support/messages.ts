/** Makes requests and streams in Anthropic's Messages format, and has Anthropic's own SDK read them. */
import Anthropic from "@anthropic-ai/sdk";

import type { Reach } from "../../worker/chat/env.ts";
import { messagesModel } from "../../worker/chat/formats/anthropic-messages/messages.ts";
import { readMessagesRequest } from "../../worker/chat/formats/anthropic-messages/read-request.ts";
import { MessagesWriter } from "../../worker/chat/formats/anthropic-messages/stream-writer.ts";
import { Gathered } from "../../worker/chat/formats/answer.ts";
import type {
  Answer,
  Conversation,
  Message,
  Part,
} from "../../worker/chat/formats/conversation.ts";
import type { AnswerHead, ChatRequest } from "../../worker/chat/formats/format.ts";
import { modelOf } from "./models.ts";

export const MODEL = modelOf("anthropic/claude-sonnet-5");
export const OTHER = modelOf("anthropic/claude-opus-5");

/** Reads a request that says "Hi", but for the changes. */
export function read(changes: object = {}, allow: readonly Reach[] = []): ChatRequest {
  const hi = [{ role: "user", content: "Hi" }];
  const body = { model: MODEL.id, max_tokens: 100, messages: hi, ...changes };
  return readMessagesRequest(JSON.stringify(body), { ALLOW: [...allow] });
}

/** Reads a request of one turn: the user's, or what the assistant wrote. */
export function readTurn(content: unknown, role = "user"): readonly Message[] {
  return read({ messages: [{ role, content }] }).conversation.messages;
}

/** The fields that name an answer. */
export const HEAD: AnswerHead = {
  eventId: "01a2051e-6c37-7b96-816a-d925c0c54c43",
  model: "@cf/new/model",
  created: 0,
  request: read(),
  ids: { event_id: "01a2051e-6c37-7b96-816a-d925c0c54c43" },
};

/** Makes a conversation that says "Hi", but for the changes. */
export function conversation(changes: Partial<Conversation> = {}): Conversation {
  const messages = [{ role: "user", content: [{ type: "text", text: "Hi" }] }] as const;
  return { messages, tools: [], ...changes };
}

/** Writes parts as a whole stream. */
export function write(...parts: readonly Part[]): string {
  const writer = new MessagesWriter(HEAD);
  return [writer.begin(), ...parts.map((part) => writer.write(part)), writer.end()].join("");
}

/** Returns the data of a stream's events. */
export function eventsOf(stream: string): readonly Record<string, unknown>[] {
  return [...stream.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
}

/** Writes Anthropic's events as a stream. */
export function asStream(...events: readonly { readonly type: string }[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** Has Anthropic's SDK gather a stream. Rejects where the SDK does. */
export function finalMessage(stream: string): Promise<Anthropic.Message> {
  const headers = { "content-type": "text/event-stream" };
  const client = new Anthropic({
    apiKey: "key",
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(stream, { headers })),
  });
  const messages = [{ role: "user", content: "Hi" } as const];
  return client.messages.stream({ model: "any", max_tokens: 9, messages }).finalMessage();
}

/** Gathers a model's stream. Throws where its reader does. */
export function gather(stream: string): Answer {
  const reader = messagesModel.openStream(MODEL);
  const gathered = new Gathered();
  for (const [, data = ""] of stream.matchAll(/^data: (.*)$/gm)) {
    for (const part of reader.read({ data })) gathered.add(part);
  }
  for (const part of reader.end()) gathered.add(part);
  return gathered.answer;
}
