/** The stack's own program, applied to a Cloudflare account on this machine. */
import type { AccountState } from "./api/state.ts";
import { toServed } from "./api/worker-record.ts";
import type { Args } from "./command.ts";
import { toDeclaration } from "./declaration.ts";
import { openDoor, type Door } from "./door.ts";
import { localModel } from "./gateway/local-model/local-model.ts";
import { withDeclaredFormats, type Model } from "./gateway/model.ts";
import { boundModels, describeApi, describeRun, describeStack, describeTraces } from "./lines.ts";
import { openAccount, type LocalAccount } from "./local-account.ts";
import { notImitated } from "./not-imitated.ts";
import { endOrphans } from "./orphans.ts";
import { announce } from "./owner.ts";
import { freePort, HOST, nextPort } from "./ports.ts";
import { print } from "./print.ts";
import type { Served } from "./runtime.ts";
import { StackError } from "./stack-error.ts";
import { loadAccount, readLocalKey, type LoadedStack } from "./stack.ts";
import { watchSources } from "./watch.ts";
import type { WorkerHost } from "./worker-host.ts";

/** A stack that runs, as it was loaded last. */
interface Run {
  readonly args: Args;
  readonly key: string;
  loaded: LoadedStack;
}

/** Runs a stack on this machine until the process ends; it owns the folder. Throws a StackError. */
export async function serve(args: Args, folder: string): Promise<void> {
  await endOrphans(folder);
  const key = await readLocalKey();
  // These run side by side: together they are most of the way to the first answer.
  const [loaded, model] = await Promise.all([
    loadAccount(args.stack, key),
    connectModel(args.upstream),
    import("./runtime.ts"),
  ]);
  const run: Run = { args, key, loaded };
  const declared = withDeclaredFormats(model, () => boundModels(run.loaded.script));
  const parts = openAccount({ id: loaded.id, model: declared, folder, collector: args.traces });
  parts.account.declare(await toDeclaration(loaded));
  // Ctrl-C and the other signals end in an exit, where Miniflare stops the runtime; both are
  // synchronous.
  process.once("exit", parts.close);
  const { door, worker } = await open(run, parts);
  await serveUploaded(parts.account, door.workers);
  printMissing(loaded);
  const lines = await describeRun(loaded, { args, folder, key, worker, page: door.page });
  const api = describeApi(door.url, key, loaded.id);
  announce(folder, { lines, api });
  print(`${lines}
Edits to the stack file and the sources are taken over. Ctrl-C ends it.`);
  if (args.api) print(api);
}

/** Opens the door and the Worker, and takes edits over from then on. */
async function open(run: Run, parts: LocalAccount): Promise<{ door: Door; worker: string }> {
  const { args, key, loaded } = run;
  const port = await freePort(args.port);
  const worker = `http://${HOST}:${port}`;
  const stack = () => describeStack(args.stack, worker, run.loaded);
  const place = { key, host: HOST, port: await nextPort(port + 1) };
  const door = await openDoor({ ...parts, ...place, stack, print });
  const { startRuntime } = await import("./runtime.ts");
  const around = { ...parts, door: door.url, binding: door.binding };
  const runtime = await startRuntime(declaredWorker(loaded), around, { host: HOST, port });
  await watchSources(args.stack, async (changed) => {
    const next = await loadAccount(args.stack, key);
    await runtime.update(declaredWorker(next));
    parts.account.declare(await toDeclaration(next));
    run.loaded = next;
    print(`${changed} changed: reloaded\n${describeTraces(next, door.url, args)}`.trimEnd());
    printMissing(next);
  });
  return { door, worker };
}

function declaredWorker({ script }: LoadedStack): Served {
  return { ...script, isDeclared: true };
}

function printMissing({ gateways }: LoadedStack): void {
  const missing = notImitated(gateways);
  if (missing.length > 0) print(`declared, and not imitated here: ${missing.join(", ")}\n`);
}

/** Serves the Workers that were uploaded in an earlier run, and prints where. */
export async function serveUploaded(account: AccountState, workers: WorkerHost): Promise<void> {
  for (const worker of account.list("workers")) {
    if (worker.isDeclared) continue;
    const served = await workers.serve(toServed(worker));
    print(`${worker.name}, as it was uploaded: ${served.origin}`);
  }
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
