/** A server of the user's own behind the local gateway, such as Ollama. */
import { Readable } from "node:stream";

import { Agent } from "undici";
import { z } from "zod";

import { reasonOf } from "../../policy/reason.ts";
import type { FormatName } from "../../policy/settings/formats.ts";
import { printError } from "../print.ts";
import { formatOfRequest, type Model } from "./model.ts";

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
const callInputs = z.record(z.string(), z.unknown());

// Not fetch: it took twice as long as everything else that the local gateway does for a request.
const agent = new Agent();

// Where such a server takes each form. Ollama, vLLM and LM Studio serve all of them.
const PATHS: Readonly<Record<FormatName, string>> = {
  "workers-ai": "chat/completions",
  chat: "chat/completions",
  responses: "responses",
  messages: "messages",
};

/**
 * Connects a server with the protocols of OpenAI and Anthropic, for example Ollama at
 * http://127.0.0.1:11434/v1, and calls the first model that it lists, in the form of the model that
 * was asked for. Rejects when it lists none within ten seconds.
 */
export async function connectUpstream(base: URL): Promise<Model> {
  const root = base.href.replace(/\/$/, "");
  const model = await firstModel(root);
  const { origin, pathname } = new URL(root);

  return async (name, inputs, format = formatOfRequest(name, inputs)) => {
    const { path, fields } = toRequest(format, callInputs.parse(inputs));
    const asked = agent.request({
      origin,
      path: `${pathname}/${path}`,
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(format === "messages" && { "anthropic-version": "2023-06-01" }),
      },
      body: JSON.stringify({ ...fields, model }),
    });
    const silent = (error: unknown) => throwPrinted(error, origin);
    const { statusCode: status, body: answer } = await asked.catch(silent);
    if (status < 300 && fields["stream"] === true) {
      return {
        status,
        body: "",
        pieces: untilFailure(Readable.toWeb(answer).pipeThrough(new TextDecoderStream()), silent),
      };
    }
    const body = await answer.text().catch(silent);
    if (status >= 300) printError(`upstream answered ${status}: ${body.slice(0, 500)}`);
    return { status, body };
  };
}

/**
 * Prints why an upstream gave no answer, or no whole one: the gateway answers 2005 whatever the
 * reason was, and the person at the keyboard wants the reason. An origin has no key in it.
 */
function throwPrinted(error: unknown, origin: string): never {
  // The error of a name with several addresses has no message.
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  printError(`upstream ${origin} does not answer: ${reasonOf(error) || code}`);
  throw error;
}

/** Passes the pieces of a stream on, and calls `fail` with the error that cuts it. */
async function* untilFailure(
  pieces: AsyncIterable<string>,
  fail: (error: unknown) => never,
): AsyncGenerator<string> {
  try {
    yield* pieces;
  } catch (error) {
    fail(error);
  }
}

interface UpstreamRequest {
  readonly path: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Finds the path of a request. Workers AI's names for a prompt and for texts to embed are replaced
 * by OpenAI's.
 */
function toRequest(format: FormatName, fields: UpstreamRequest["fields"]): UpstreamRequest {
  // In OpenAI's Responses format, `text` and `input` are something else.
  if (format === "responses") return { path: PATHS[format], fields };
  const { prompt, text, ...rest } = fields;
  if (format === "workers-ai" && prompt !== undefined && rest["messages"] === undefined) {
    const messages = [{ role: "user", content: prompt }];
    return { path: PATHS[format], fields: { ...rest, messages } };
  }
  if (text !== undefined) return { path: "embeddings", fields: { ...rest, input: text } };
  return { path: fields["input"] === undefined ? PATHS[format] : "embeddings", fields };
}

async function firstModel(root: string): Promise<string> {
  const response = await fetch(`${root}/models`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${root}/models answers ${response.status}`);
  const list = modelList.safeParse(await response.json());
  const model = list.data?.data[0]?.id;
  if (model === undefined) throw new Error(`GET ${root}/models lists no model`);
  return model;
}
