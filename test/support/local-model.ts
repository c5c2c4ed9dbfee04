/** Serves the local model at the paths of its three public forms, for the official SDKs. */
import { Anthropic } from "@anthropic-ai/sdk";
import { OpenAI } from "openai";
import { z } from "zod";

import { localModel } from "../../local/gateway/local-model/local-model.ts";
import type { Model, ModelReply } from "../../local/gateway/model.ts";
import type { FormatName } from "../../policy/settings/formats.ts";
import { listen } from "./listen.ts";

/** The official SDKs, each before the local model. */
export interface ModelClients {
  readonly url: string;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

const FORMATS: Readonly<Record<string, FormatName>> = {
  "/v1/chat/completions": "chat",
  "/v1/responses": "responses",
  "/v1/messages": "messages",
};

/** Serves the model until the test ends. */
export async function serveModel(): Promise<ModelClients> {
  const url = await listen(async (request) => {
    const inputs = z.looseObject({ model: z.string() }).parse(await request.json());
    const { model, ...rest } = inputs;
    return toResponse(await localModel(model, rest, FORMATS[new URL(request.url).pathname]));
  });
  return {
    url,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: "none", maxRetries: 0 }),
  };
}

function toResponse({ status, body, pieces }: ModelReply): Response {
  const type = pieces === undefined ? "application/json" : "text/event-stream";
  const stream = pieces && ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
  return new Response(stream ?? body, { status, headers: { "content-type": type } });
}

/** Asks the local model, and reads its JSON. */
export async function askModel(model: string, inputs: object): Promise<ModelAnswer> {
  const { status, body } = await localModel(model, inputs);
  return { status, body: JSON.parse(body) };
}

/** Asks the local model for a stream, and reads the data of its events. */
export async function streamModel(...call: Parameters<Model>): Promise<readonly unknown[]> {
  const [model, inputs, format] = call;
  const { pieces = [] } = await localModel(model, { ...Object(inputs), stream: true }, format);
  const lines = (await Array.fromAsync(pieces)).join("").split("\n");
  return lines.flatMap((line) =>
    line.startsWith("data: {") ? [JSON.parse(line.slice("data: ".length))] : [],
  );
}

/** An answer of the model. */
export interface ModelAnswer {
  readonly status: number;
  readonly body: unknown;
}
