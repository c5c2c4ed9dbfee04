/** Reads what a call on the REST API is to run. */
import { z } from "zod";

import { isWorkersAi } from "../../policy/platform.ts";
import { allowedFormats, type FormatName } from "../../policy/settings/formats.ts";
import { unescaped } from "../answers.ts";
import { check } from "../api/envelope.ts";
import type { GatewayAnswer } from "../gateway/gateway.ts";
import { bindingGateway, readBindingOptions, type RequestOptions } from "../gateway/options.ts";
import { notImitated } from "../gateway/refusal.ts";

export interface RestCall {
  readonly model: string;
  readonly inputs: unknown;
  readonly format?: FormatName;
  /** Whether the answer stands in the envelope of Cloudflare's API. */
  readonly isWrapped: boolean;
  /** Whether it is refused without a gateway. */
  readonly needsGateway: boolean;
  readonly gatewayId: string | undefined;
  readonly options: RequestOptions;
}

type Read = RestCall | { readonly refused: GatewayAnswer };

/** Reads a call of an endpoint such as `v1/responses`. Throws an ApiError where the body is wrong. */
export function readRestCall(endpoint: string, body: unknown): Read {
  if (endpoint === "run") return readRun(body);
  const model = /^run\/(.+)$/.exec(endpoint)?.[1];
  return model === undefined ? readCompatible(endpoint, body) : readPathRun(unescaped(model), body);
}

// https://developers.cloudflare.com/api/resources/ai/methods/run/
const runBody = z.object({
  model: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  options: z.object({ gateway: bindingGateway.partial().optional() }).optional(),
});

function readRun(body: unknown): RestCall {
  const { model, input: inputs, options } = check(runBody, body);
  const { id, ...gateway } = options?.gateway ?? {};
  return {
    model,
    inputs,
    isWrapped: true,
    needsGateway: isWorkersAi(model),
    gatewayId: id,
    options: readBindingOptions(gateway),
  };
}

function readPathRun(model: string, inputs: unknown): Read {
  if (isWorkersAi(model)) return { ...PLAIN, model, inputs, isWrapped: true };
  // The documentation has a third party's model in the body alone.
  return { refused: notImitated(`POST /ai/run/${model}: send the model in the body of /ai/run`) };
}

const compatibleBody = z.looseObject({ model: z.string().min(1) });

// Anthropic's SDK puts a version of its own before its path, at the documented base URL too.
const ENDPOINTS: Readonly<Record<string, FormatName>> = {
  "v1/chat/completions": "chat",
  "v1/embeddings": "chat",
  "v1/responses": "responses",
  "v1/messages": "messages",
  "v1/v1/messages": "messages",
};

function readCompatible(endpoint: string, body: unknown): Read {
  const format = ENDPOINTS[endpoint];
  if (format === undefined) return { refused: notImitated(`POST /ai/${endpoint}`) };
  const { model, ...inputs } = check(compatibleBody, body);
  if (!isDocumented(model, format)) {
    const what = `${model} at /ai/${endpoint}, which no documentation has there`;
    return { refused: notImitated(what) };
  }
  return { ...PLAIN, model, inputs, format };
}

/** Returns whether a model is documented at the endpoint of a form: each one speaks chat. */
function isDocumented(model: string, format: FormatName): boolean {
  if (format === "messages") return model.startsWith("anthropic/");
  if (format !== "responses") return true;
  return isWorkersAi(model) ? allowedFormats(model).includes(format) : model.startsWith("openai/");
}

const PLAIN = { isWrapped: false, needsGateway: false, gatewayId: undefined, options: {} };
