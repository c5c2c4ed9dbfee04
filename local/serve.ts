/** The stack's own program, applied to a Cloudflare account on this machine. */
import { join, relative } from "node:path";

import { z } from "zod";

import { accessProof } from "./access.ts";
import { textBinding, type Script } from "./account.ts";
import { API_PATH } from "./api/envelope.ts";
import type { AccountState } from "./api/state.ts";
import { toServed } from "./api/worker-record.ts";
import type { Args } from "./command.ts";
import { toDeclaration } from "./declaration.ts";
import { openDoor } from "./door.ts";
import { localModel } from "./gateway/local-model/local-model.ts";
import { withDeclaredFormats, type Model } from "./gateway/model.ts";
import { openAccount } from "./local-account.ts";
import { notImitated } from "./not-imitated.ts";
import type { RunningStack } from "./logs/page/stack.ts";
import { endOrphans } from "./orphans.ts";
import { claimAccount, type Announcement } from "./owner.ts";
import { STATE } from "./paths.js";
import { freePort, HOST, nextPort } from "./ports.ts";
import { print } from "./print.ts";
import type { Served } from "./runtime.ts";
import { StackError } from "./stack-error.ts";
import { loadAccount, readLocalKey, type LoadedStack } from "./stack.ts";
import { describePlaces } from "./telemetry/place.ts";
import { watchSources } from "./watch.ts";
import type { WorkerHost } from "./worker-host.ts";

/**
 * Runs a stack on this machine until the process ends; where another process runs it, prints what
 * that one has printed. Throws a StackError.
 */
export async function serve(args: Args): Promise<void> {
  const folder = join(STATE, args.stack);
  const claim = await claimAccount(folder);
  if (!claim.isOwner) return printOther(claim.printed, args);
  await endOrphans(folder);
  const key = await readLocalKey();
  // These run side by side: together they are most of the way to the first answer.
  const [account, { startRuntime }, model] = await Promise.all([
    loadAccount(args.stack, key),
    import("./runtime.ts"),
    connectModel(args.upstream),
  ]);

  const bound = () => boundModels(running.script);
  const declared = withDeclaredFormats(model, bound);
  const collector = args.traces;
  const parts = openAccount({ id: account.id, model: declared, folder, collector });
  const { account: state } = parts;
  state.declare(await toDeclaration(account));
  const port = await freePort(args.port);
  const doorPort = await nextPort(port + 1);
  const workerUrl = `http://${HOST}:${port}`;
  let running = account;
  const stack = () => describeStack(args.stack, workerUrl, running);
  const { url, page, binding, workers } = await openDoor({
    ...parts,
    key,
    host: HOST,
    port: doorPort,
    stack,
    print,
  });
  const around = { ...parts, door: url, binding };
  const runtime = await startRuntime(declaredWorker(account), around, { host: HOST, port });
  const traces = (loaded: LoadedStack) => {
    const places = describePlaces(loaded, collector);
    return places === undefined ? "" : `  Traces  ${url.origin}/traces, ${places}\n`;
  };

  await watchSources(args.stack, async (changed) => {
    const next = await loadAccount(args.stack, key);
    await runtime.update(declaredWorker(next));
    state.declare(await toDeclaration(next));
    running = next;
    print(`${changed} changed: reloaded\n${traces(next)}`.trimEnd());
    printMissing(next);
  });
  // Ctrl-C and the other signals end in an exit, where Miniflare stops the runtime; both are
  // synchronous.
  process.once("exit", parts.close);

  await serveUploaded(state, workers);
  printMissing(account);
  const proof = await accessProof(account.script);
  const access = proof === undefined ? "" : `  Access  cf-access-jwt-assertion: ${proof}\n`;
  const copies = describeCopies(account, folder);
  const lines = `stack ${args.stack} runs on this machine, without an account

  Worker  ${workerUrl}
  Logs    ${page.href}
  Key     ${key} (in a browser: any name, the key as password)
${access}${copies}${traces(account)}
  ${exampleCall(workerUrl, key, account.script)}
`;
  const api = describeApi(url, key, account.id);
  claim.announce({ lines, api });
  print(`${lines}
Edits to the stack file and the sources are taken over. Ctrl-C ends it.`);
  if (args.api) print(api);
}

/** Serves the Workers that were uploaded in an earlier run, and prints where. */
export async function serveUploaded(account: AccountState, workers: WorkerHost): Promise<void> {
  for (const worker of account.list("workers")) {
    if (worker.isDeclared) continue;
    const served = await workers.serve(toServed(worker));
    print(`${worker.name}, as it was uploaded: ${served.origin}`);
  }
}

function declaredWorker({ script }: LoadedStack): Served {
  return { ...script, isDeclared: true };
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

/** Prints which declared settings have no effect here. */
function printMissing({ gateways }: LoadedStack): void {
  const missing = notImitated(gateways);
  if (missing.length > 0) print(`declared, and not imitated here: ${missing.join(", ")}\n`);
}

/** Prints what another process has printed, which runs the stack. */
export function printOther({ pid, lines, api }: Announcement, args: Args): void {
  print(`${lines}
Process ${pid} runs it, with its own --port and --upstream; Ctrl-C there ends it.`);
  if (args.api) print(api);
}

/** Lists the environment of the provider and the official SDKs, and in its last line, of wrangler. */
export function describeApi(url: URL, key: string, accountId: string): string {
  return `
export CLOUDFLARE_BASE_URL=${url.origin}${API_PATH}
export CLOUDFLARE_API_TOKEN=${key}
export CLOUDFLARE_ACCOUNT_ID=${accountId}
export CLOUDFLARE_API_BASE_URL=${url.origin}${API_PATH}`;
}

export async function connectModel(upstream: URL | undefined): Promise<Model> {
  if (upstream === undefined) return localModel;
  const { connectUpstream } = await import("./gateway/upstream.ts");
  return connectUpstream(upstream).catch((error: unknown) => {
    const { cause, message } = error instanceof Error ? error : new Error(String(error));
    const reason = cause instanceof Error && cause.message !== "" ? cause.message : message;
    throw new StackError(`--upstream ${upstream.href} cannot be used: ${reason}`);
  });
}

/**
 * Describes the stack for the pages, which have no key to show: whoever may read it can read the
 * file.
 */
function describeStack(name: string, workerUrl: string, loaded: LoadedStack): RunningStack {
  const { values, evidence, script } = loaded;
  return { name, values, evidence, example: exampleCall(workerUrl, "$(cat .local/key)", script) };
}

function exampleCall(workerUrl: string, key: string, script: Script): string {
  const models = JSON.parse(boundModels(script));
  const model = z.array(z.object({ id: z.string() })).parse(models)[0]?.id ?? "";
  return `curl ${workerUrl}/v1/chat/completions -H "authorization: Bearer ${key}" -H "content-type: application/json" \\
    -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`;
}

function boundModels(script: Script): string {
  return textBinding(script, "MODELS") ?? "[]";
}
