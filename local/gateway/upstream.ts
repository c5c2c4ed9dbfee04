/** A server of the user's own behind the local gateway, such as Ollama. */
import { Readable } from "node:stream";

import { Agent } from "undici";
import { z } from "zod";

import { printError } from "../print.ts";
import type { Model } from "./model.ts";

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
const callInputs = z.record(z.string(), z.unknown());

// Not fetch: it took twice as long as everything else that the local gateway does for a request.
const agent = new Agent();

/**
 * Connects a server with OpenAI's protocol, for example Ollama at http://127.0.0.1:11434/v1, and
 * calls the first model that it lists. Rejects when it lists none within ten seconds.
 */
export async function connectUpstream(base: URL): Promise<Model> {
  const root = base.href.replace(/\/$/, "");
  const model = await firstModel(root);
  const { origin, pathname } = new URL(root);

  return async (_name, inputs) => {
    const { text, ...fields } = callInputs.parse(inputs);
    const isEmbedding = text !== undefined || fields["input"] !== undefined;
    const { statusCode: status, body: answer } = await agent.request({
      origin,
      path: `${pathname}/${isEmbedding ? "embeddings" : "chat/completions"}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fields, ...(text !== undefined && { input: text }), model }),
    });
    if (status < 300 && fields["stream"] === true) {
      return {
        status,
        body: "",
        pieces: Readable.toWeb(answer).pipeThrough(new TextDecoderStream()),
      };
    }
    const body = await answer.text();
    // The gateway answers 2005 whatever the reason was; the person at the keyboard wants the
    // reason.
    if (status >= 300) printError(`upstream answered ${status}: ${body.slice(0, 500)}`);
    return { status, body };
  };
}

async function firstModel(root: string): Promise<string> {
  const response = await fetch(`${root}/models`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${root}/models answers ${response.status}`);
  const list = modelList.safeParse(await response.json());
  const model = list.data?.data[0]?.id;
  if (model === undefined) throw new Error(`GET ${root}/models lists no model`);
  return model;
}
