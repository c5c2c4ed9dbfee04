/** Four requests through the deployed Worker, each with a mark of its own, and what came back. */
import { randomUUID } from "node:crypto";

export const KINDS = ["normal", "streamed", "refused", "failing"] as const;
export type Kind = (typeof KINDS)[number];

export interface Canary {
  readonly kind: Kind;
  /** Stands in the prompt and nowhere else, so that a body in a log is recognised. */
  readonly mark: string;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  readonly eventId: string | undefined;
  readonly logId: string | undefined;
  /** Why no answer came, or what the error's code is. */
  readonly reason?: string | undefined;
}

export interface Door {
  readonly url: URL;
  /** Undefined where the Worker is open. */
  readonly token: string | undefined;
}

export async function sendCanary(kind: Kind, door: Door, model: string): Promise<Canary> {
  const mark = `canary-${randomUUID()}`;
  const { path, body } = requestOf(kind, mark, model);
  try {
    const response = await fetch(new URL(path, door.url), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(door.token !== undefined && { authorization: `Bearer ${door.token}` }),
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(120_000),
    });
    // To its end: a stream is logged when it is over.
    const text = await response.text();
    return {
      kind,
      mark,
      status: response.status,
      eventId: response.headers.get("x-event-id") ?? undefined,
      logId: response.headers.get("x-log-id") ?? undefined,
      ...(!response.ok && { reason: errorCode(text) }),
    };
  } catch (error) {
    const none = { status: undefined, eventId: undefined, logId: undefined };
    return { kind, mark, ...none, reason: why(error) };
  }
}

/** Returns why a call failed, which fetch has in the cause. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return "no reason is told";
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function requestOf(kind: Kind, mark: string, model: string) {
  const messages = [{ role: "user", content: `Answer with one word. ${mark}` }];
  const chat = { model, messages, max_tokens: 16 };
  const path = "/v1/chat/completions";
  return {
    normal: { path, body: chat },
    streamed: { path, body: { ...chat, stream: true } },
    refused: { path, body: { ...chat, model: `none/${mark}` } },
    // A text for an embedding is nothing that a chat model takes; the Worker leaves that to the model.
    failing: { path: "/v1/embeddings", body: { model, input: mark } },
  }[kind];
}

/** Reads `model_not_found` from `{"error": {"code": "model_not_found"}}`. */
function errorCode(text: string): string | undefined {
  return /"code"\s*:\s*"(\w+)"/.exec(text)?.[1];
}
