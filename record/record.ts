/**
 * Records what the program declares, without an engine and without an account: tests read it, and
 * the embedded Cloudflare applies it. Pulumi's runtime is global to a process, and ES modules are
 * loaded once, so there is one recording at a time, and a new process (or a new module registry)
 * for the next.
 */
import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";
import type { ICallbackServer } from "@pulumi/pulumi/runtime/callbacks.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

import type { ProjectFiles } from "../policy/stack/project.ts";
import { makeProjectFolder } from "./project-folder.ts";
import { revealEach, secretKeys, type Struct } from "./reveal.ts";
import { PERMISSION_GROUPS, TOKEN_STAND_IN } from "./stand-ins.ts";

// Where the SDK keeps what it works with; its types leave this out.
const { getStore }: { readonly getStore: () => PulumiStore } = createRequire(import.meta.url)(
  "@pulumi/pulumi/runtime/state.js",
);

interface PulumiStore {
  readonly settings: { readonly options: { rootDirectory?: string } };
  callbacks?: ICallbackServer;
}

const ACCOUNT_TOKEN = "cloudflare:index/accountToken:AccountToken";
const LIST_PERMISSION_GROUPS =
  "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList";
/** A resource that the program declares. */
export interface Recorded {
  /** The type, such as `cloudflare:index/aiGateway:AiGateway`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  /** The inputs as a provider gets them, with secrets in clear. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs of which some part is secret. */
  readonly secretInputs: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** The inputs of which a change makes a new resource. */
  readonly replaceOnChanges: readonly string[];
  /** The parent's type and logical name: `ai-gateway:index:Gateway gateway`. */
  readonly parent: string;
  readonly dependencies: readonly string[];
  /** The names of hooks by when they run: `{ beforeCreate: ["gateway-is-new"] }`. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  /** The other identities under which a state may have it: `no parent`, or a type and name. */
  readonly aliases: readonly string[];
}

/** The declarations of a program for one stack. */
export interface Recording {
  /** The resources, without components and the stack itself, which no provider ever sees. */
  readonly resources: readonly Recorded[];
  /** The names of the hooks that a preview runs, too. */
  readonly previewHooks: readonly string[];
  /** The stack's outputs, in clear. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The outputs of which some part is secret. */
  readonly secretOutputs: readonly string[];
}

/**
 * Runs the program for one stack. `config` has full keys (`ai-gateway:gatewayId`) and Pulumi's strings; the program
 * finds it in the stack file of a folder, too, beside the project's other files.
 * Rejects with the program's own error, for bad settings a pulumi.RunError.
 */
export async function recordStack(
  stack: string,
  config: Readonly<Record<string, string>>,
  program: () => Promise<unknown>,
  others?: ProjectFiles,
): Promise<Recording> {
  const resources: Recorded[] = [];
  const previewHooks: string[] = [];
  let secretOutputs: readonly string[] = [];
  // These are the SDK's requests to an engine; the mocks' own callback shows no options.
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { registerResource, registerResourceOutputs } = MockMonitor.prototype;
  MockMonitor.prototype.registerResource = async function (request: RegisterRequest, answer) {
    if (request.getCustom()) resources.push(read(request));
    return registerResource.call(this, request, answer);
  };
  MockMonitor.prototype.registerResourceOutputs = function (request: OutputsRequest, answer) {
    if (fromUrn(request.getUrn()).startsWith("pulumi:pulumi:Stack ")) {
      secretOutputs = secretKeys(revealEach(request.getOutputs()));
    }
    registerResourceOutputs.call(this, request, answer);
  };
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => ({
      id: `${name}-id`,
      state: type === ACCOUNT_TOKEN ? { ...inputs, value: TOKEN_STAND_IN } : inputs,
    }),
    call({ token }) {
      if (token === LIST_PERMISSION_GROUPS) return { results: PERMISSION_GROUPS };
      throw new Error(`the program called ${token}, which no recording can answer`);
    },
  };

  const folder = await makeProjectFolder(stack, config, others);
  try {
    await pulumi.runtime.setMocks(mocks, "ai-gateway", stack, false);
    // Pulumi's language host sets it while it starts; the mocks have no option for it.
    getStore().settings.options.rootDirectory = folder.path;
    getStore().callbacks = new HookNames(previewHooks);
    pulumi.runtime.setAllConfig({ ...config });
    const outputs = await pulumi.runtime.runInPulumiStack(program);
    await pulumi.runtime.disconnect();
    return { resources, previewHooks, outputs: outputs ?? {}, secretOutputs };
  } finally {
    folder.remove();
    Object.assign(MockMonitor.prototype, { registerResource, registerResourceOutputs });
  }
}

/** The part of Pulumi's RegisterResourceRequest that a recording keeps. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getObject(): Struct;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getReplaceonchangesList(): string[];
  getParent(): string;
  getDependenciesList(): string[];
  getHooks(): { toObject(): Readonly<Record<string, readonly string[]>> } | undefined;
  getAliasesList(): readonly {
    getUrn(): string;
    getSpec(): { getNoparent(): boolean } | undefined;
  }[];
}

/**
 * In place of the server through which an engine runs a program's hooks: a recording runs none. Pulumi's own opens a
 * port and calls itself, and registers a hook with the mocks, which cannot do that.
 * https://github.com/pulumi/pulumi/issues/20874
 */
class HookNames implements ICallbackServer {
  readonly #previewHooks: string[];

  constructor(previewHooks: string[]) {
    this.#previewHooks = previewHooks;
  }

  async registerResourceHook({ name, opts }: pulumi.ResourceHook): Promise<void> {
    if (opts?.onDryRun === true) this.#previewHooks.push(name);
  }

  async awaitStackRegistrations(): Promise<void> {}

  shutdown(): void {}

  readonly registerTransform = refuse;
  readonly registerStateMigration = refuse;
  readonly registerStackTransform = refuse;
  readonly registerStackInvokeTransform = refuse;
  readonly registerStackInvokeTransformAsync = refuse;
  readonly registerErrorHook = refuse;
}

function refuse(): never {
  throw new Error("the program registers a callback that no recording knows");
}

interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct;
}

function read(request: RegisterRequest): Recorded {
  const inputs = revealEach(request.getObject());
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: Object.fromEntries(inputs.map(([key, { value }]) => [key, value])),
    secretInputs: secretKeys(inputs),
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    replaceOnChanges: request.getReplaceonchangesList(),
    parent: fromUrn(request.getParent()),
    dependencies: request.getDependenciesList().map(fromUrn),
    hooks: readHooks(request),
    aliases: request
      .getAliasesList()
      .map((alias) => (alias.getSpec()?.getNoparent() ? "no parent" : fromUrn(alias.getUrn()))),
  };
}

/** Reads the hooks, without empty kinds, and without the `List` that protobuf appends. */
function readHooks(request: RegisterRequest): Recorded["hooks"] {
  const kinds = Object.entries(request.getHooks()?.toObject() ?? {});
  return Object.fromEntries(
    kinds
      .filter(([, names]) => names.length > 0)
      .map(([kind, names]) => [kind.replace(/List$/, ""), names]),
  );
}

/** Converts `urn:pulumi:dev::ai-gateway::parentType$type::name` to `type name`. */
function fromUrn(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}
