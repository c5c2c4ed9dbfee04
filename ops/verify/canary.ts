/** Sends four requests through the deployed Worker, each with a mark of its own. */
import { randomUUID } from "node:crypto";

/** The kinds of canaries, by what is expected of them. */
export const KINDS = ["normal", "streamed", "refused", "failing"] as const;
export type Kind = (typeof KINDS)[number];

/** A canary that was sent, and its response. */
export interface Canary {
  readonly kind: Kind;
  /** A text that is in the prompt and nowhere else, so that a body in a log is recognised. */
  readonly mark: string;
  /** The HTTP status; undefined where there was no response. */
  readonly status: number | undefined;
  readonly eventId: string | undefined;
  readonly logId: string | undefined;
  /** The reason for the lack of a response, or the error's code. */
  readonly reason?: string | undefined;
}

/** The address and the token with which the Worker is called. */
export interface Door {
  readonly url: URL;
  /** The caller's token; undefined where the Worker is open. */
  readonly token: string | undefined;
}

/** Sends one canary, and reads its response to the end. */
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
    // The response is read to its end, because a stream is logged when it is over.
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

/** Returns why a call failed; fetch has the reason in the cause. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return "no reason is given";
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
    // A chat model refuses the input of an embedding; the Worker leaves that to the model.
    failing: { path: "/v1/embeddings", body: { model, input: mark } },
  }[kind];
}

/** Extracts `model_not_found` from `{"error": {"code": "model_not_found"}}`. */
function errorCode(text: string): string | undefined {
  return /"code"\s*:\s*"(\w+)"/.exec(text)?.[1];
}
