/**
 * Provides the smallest engine that Pulumi's own Node.js runner accepts, over gRPC like the CLI's.
 * It registers and keeps what it receives, and plans and deploys nothing. On request it runs the
 * hooks of registered resources as if these had been created, then changed from other inputs, and
 * deleted at the end.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

import { writeStack } from "../../record/project-folder.ts";
import { PERMISSION_GROUPS, TOKEN_STAND_IN } from "../../record/stand-ins.ts";
import type { Project } from "./project.ts";
import { ROOT } from "./settings.ts";

// From where Pulumi itself loads them, so that both sides speak the same version.
const require = createRequire(join(ROOT, "node_modules/@pulumi/pulumi/package.json"));
const grpc = require("@grpc/grpc-js");
const resource = require("./proto/resource_grpc_pb.js");
const engine = require("./proto/engine_grpc_pb.js");
const messages = require("./proto/resource_pb.js");
const callbacks = require("./proto/callback_grpc_pb.js");
const callbackMessages = require("./proto/callback_pb.js");
const engineMessages = require("./proto/engine_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

/** The result of a program's run, as the engine saw it. */
export interface ProgramRun {
  readonly exitCode: number;
  /** The diagnostics as the CLI would print them: `error: …`, `warning: …`, `info: …`. */
  readonly log: readonly string[];
  readonly resources: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The result of each hook that ran, by its name: the error that it ended with, or `ok`. */
  readonly hooks: readonly (readonly [string, string])[];
}

/** The options of a run. */
export interface RunOptions {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Leaves the project's stack file and page as they are. */
  readonly isFileKept?: boolean;
  /** Whether the program runs as in `pulumi preview`. */
  readonly dryRun?: boolean;
  /** What each resource's inputs were before its update. */
  readonly runHooks?: { readonly oldInputs: object };
}

/**
 * Runs a project's program as `pulumi up` does: `cmd/run` of @pulumi/pulumi, in the project's folder. The stack file is
 * what is handed over, unless `isFileKept`.
 */
export async function runProgram(
  { project, stack }: { readonly project: Project; readonly stack: string },
  config: Readonly<Record<string, string>>,
  { nodeArgs = [], env = {}, dryRun = false, runHooks, isFileKept = false }: RunOptions = {},
): Promise<ProgramRun> {
  if (!isFileKept) await writeStack(project.folder, stack, config);
  const log: string[] = [];
  const hooks: [string, string][] = [];
  const registered = new Map<string, HookCallback>();
  const deletions: (() => Promise<void>)[] = [];
  const runHook = async (name: string, request: Serializable) => {
    const hook = registered.get(name);
    hooks.push([name, hook === undefined ? "not registered" : await invoke(hook, request)]);
  };
  const resources: string[] = [];
  let outputs: Record<string, unknown> = {};
  const server = new grpc.Server();
  server.addService(resource.ResourceMonitorService, {
    supportsFeature: (_: Call, answer: Answer) =>
      answer(null, new messages.SupportsFeatureResponse().setHassupport(true)),
    getDeploymentInfo: (_: Call, answer: Answer) =>
      answer({ code: grpc.status.UNIMPLEMENTED, message: "as an engine before it" }),
    registerResource: async ({ request }: Call, answer: Answer) => {
      const urn = `urn:pulumi:${stack}::ai-gateway::${request.getType()}::${request.getName()}`;
      resources.push(`${request.getType()} ${request.getName()}`);
      const id = request.getCustom() ? `${request.getName()}-id` : "";
      const response = new messages.RegisterResourceResponse().setUrn(urn).setId(id);
      const binding = request.getHooks();
      if (runHooks !== undefined && binding !== undefined) {
        const inputs = request.getObject();
        const made = [...binding.getBeforeCreateList(), ...binding.getAfterCreateList()];
        for (const name of made) {
          await runHook(name, new messages.ResourceHookRequest().setNewInputs(inputs));
        }
        const oldInputs = Struct.fromJavaScript(runHooks.oldInputs);
        for (const name of binding.getAfterUpdateList()) {
          const update = new messages.ResourceHookRequest().setNewInputs(inputs);
          await runHook(name, update.setOldInputs(oldInputs));
        }
        for (const name of binding.getBeforeDeleteList()) {
          deletions.push(() =>
            runHook(name, new messages.ResourceHookRequest().setOldInputs(inputs)),
          );
        }
      }
      const inputs = request.getObject().toJavaScript();
      const value = { value: TOKEN_STAND_IN };
      const state = request.getType().endsWith(":AccountToken") ? { ...inputs, ...value } : inputs;
      answer(null, response.setObject(Struct.fromJavaScript(state)));
    },
    invoke: (_: Call, answer: Answer) => {
      const results = { results: PERMISSION_GROUPS };
      answer(null, new messages.ResourceInvokeResponse().setReturn(Struct.fromJavaScript(results)));
    },
    registerResourceHook: ({ request }: HookCall, answer: Answer) => {
      registered.set(request.getName(), request.getCallback());
      answer(null, new Empty());
    },
    registerResourceOutputs: ({ request }: Call, answer: Answer) => {
      if (request.getUrn().includes("pulumi:pulumi:Stack")) {
        outputs = request.getOutputs().toJavaScript();
      }
      answer(null, new Empty());
    },
    signalAndWaitForShutdown: async (_: Call, answer: Answer) => {
      for (const run of deletions) await run();
      answer(null, new Empty());
    },
  });
  server.addService(engine.EngineService, {
    log: ({ request }: Call, answer: Answer) => {
      const severity = SEVERITIES[request.getSeverity()];
      if (severity !== "debug") log.push(`${severity}: ${request.getMessage()}`);
      answer(null, new Empty());
    },
    setRootResource: (_: Call, answer: Answer) =>
      answer(null, new engineMessages.SetRootResourceResponse()),
    getRootResource: (_: Call, answer: Answer) =>
      answer(null, new engineMessages.GetRootResourceResponse()),
  });
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error: Error | null, bound: number) =>
      error === null ? resolve(bound) : reject(error),
    );
  });

  const address = `127.0.0.1:${port}`;
  const runner = join(ROOT, "node_modules/@pulumi/pulumi/cmd/run/index.js");
  const args = ["--monitor", address, "--engine", address, "--project", "ai-gateway"];
  const child = promisify(execFile)(
    process.execPath,
    [
      ...nodeArgs,
      runner,
      ...args,
      "--stack",
      stack,
      "--pwd",
      project.folder,
      "--root-directory",
      project.folder,
      "--parallel",
      "16",
      ...(dryRun ? ["--dry-run"] : []),
      ".",
    ],
    {
      env: {
        ...process.env,
        // Whose machine this is must not matter.
        CLOUDFLARE_API_TOKEN: "",
        CLOUDFLARE_API_KEY: "",
        ...env,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        PULUMI_NODEJS_TYPESCRIPT: "false",
      },
    },
  );
  const exitCode = await child.then(
    () => 0,
    (error: { readonly code: number }) => error.code,
  );
  server.forceShutdown();
  // Sorted: independent resources register in any order.
  return { exitCode, log, resources: resources.toSorted(), outputs, hooks };
}

/** Calls a hook in the program's process, as an engine does. */
async function invoke(hook: HookCallback, request: Serializable): Promise<string> {
  const client = new callbacks.CallbacksClient(hook.getTarget(), grpc.credentials.createInsecure());
  const message = new callbackMessages.CallbackInvokeRequest()
    .setToken(hook.getToken())
    .setRequest(request.serializeBinary());
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    client.invoke(message, (error: Error | null, answer: { getResponse(): Uint8Array }) =>
      error === null ? resolve(answer.getResponse()) : reject(error),
    );
  });
  client.close();
  return messages.ResourceHookResponse.deserializeBinary(bytes).getError() || "ok";
}

const SEVERITIES = ["debug", "info", "warning", "error"];

// Pulumi publishes no types for a server: what is used of a message is named here.
interface Call {
  readonly request: {
    getType(): string;
    getName(): string;
    getCustom(): boolean;
    getObject(): { toJavaScript(): Record<string, unknown> };
    getUrn(): string;
    getOutputs(): { toJavaScript(): Record<string, unknown> };
    getSeverity(): number;
    getMessage(): string;
    getHooks(): HookBinding | undefined;
  };
}
interface HookCall {
  readonly request: { getName(): string; getCallback(): HookCallback };
}
interface HookCallback {
  getTarget(): string;
  getToken(): string;
}
interface HookBinding {
  getBeforeCreateList(): readonly string[];
  getAfterCreateList(): readonly string[];
  getAfterUpdateList(): readonly string[];
  getBeforeDeleteList(): readonly string[];
}
interface Serializable {
  serializeBinary(): Uint8Array;
}
type Answer = (error: object | null, response?: unknown) => void;
