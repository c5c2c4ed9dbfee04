/** Describes a run to whoever started it, in the lines that `npm start` prints, and to its pages. */
import { join, relative } from "node:path";

import { z } from "zod";

import { accessProof } from "./access.ts";
import { textBinding, type Script } from "./account.ts";
import { API_PATH } from "./api/envelope.ts";
import type { Args } from "./command.ts";
import type { RunningStack } from "./logs/page/stack.ts";
import type { LoadedStack } from "./stack.ts";
import { describePlaces } from "./telemetry/place.ts";

interface RunArgs {
  readonly args: Args;
  readonly folder: string;
  readonly key: string;
  readonly worker: string;
  /** The logs page, with the key that opens it. */
  readonly page: URL;
}

export async function describeRun(loaded: LoadedStack, run: RunArgs): Promise<string> {
  const { args, folder, key, worker, page } = run;
  const proof = await accessProof(loaded.script);
  const access = proof === undefined ? "" : `  Access  cf-access-jwt-assertion: ${proof}\n`;
  return `stack ${args.stack} runs on this machine, without an account

  Worker  ${worker}
  Logs    ${page.href}
  Key     ${key} (in a browser: any name, the key as password)
${access}${describeCopies(loaded, folder)}${describeTraces(loaded, page, args)}
  ${exampleCall(worker, key, loaded.script)}
`;
}

/** Lists where the copies of logs are, with what opens them: a gateway without a key encrypts none. */
export function describeCopies(
  { buckets, gateways }: Pick<LoadedStack, "buckets" | "gateways">,
  folder: string,
): string {
  const isEncrypted = [...gateways.values()].some((each) => each.logpushPublicKey !== undefined);
  const state = isEncrypted ? "npm run decrypt opens them" : "without bodies, not encrypted";
  return buckets
    .map(({ name }) => `  Copies  ${join(relative("", folder), "r2", name)} (${state})\n`)
    .join("");
}

/** Describes where traces go; empty where nothing declares a collector. */
export function describeTraces(loaded: LoadedStack, { origin }: URL, { traces }: Args): string {
  const places = describePlaces(loaded, traces);
  return places === undefined ? "" : `  Traces  ${origin}/traces, ${places}\n`;
}

/** Lists the environment of the provider and the official SDKs, and in its last line, of wrangler. */
export function describeApi(url: URL, key: string, accountId: string): string {
  return `
export CLOUDFLARE_BASE_URL=${url.origin}${API_PATH}
export CLOUDFLARE_API_TOKEN=${key}
export CLOUDFLARE_ACCOUNT_ID=${accountId}
export CLOUDFLARE_API_BASE_URL=${url.origin}${API_PATH}`;
}

/** Describes the stack for the pages, whose readers can read the key's file. */
export function describeStack(name: string, worker: string, loaded: LoadedStack): RunningStack {
  const { values, evidence, script } = loaded;
  return { name, values, evidence, example: exampleCall(worker, "$(cat .local/key)", script) };
}

function exampleCall(worker: string, key: string, script: Script): string {
  const models = JSON.parse(boundModels(script));
  const model = z.array(z.object({ id: z.string() })).parse(models)[0]?.id ?? "";
  return `curl ${worker}/v1/chat/completions -H "authorization: Bearer ${key}" -H "content-type: application/json" \\
    -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`;
}

export function boundModels(script: Script): string {
  return textBinding(script, "MODELS") ?? "[]";
}
