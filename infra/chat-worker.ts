import { createHash } from "node:crypto";

import { WorkersCustomDomain } from "@pulumi/cloudflare/workersCustomDomain.js";
import { WorkersScript } from "@pulumi/cloudflare/workersScript.js";
import { WorkersScriptSubdomain } from "@pulumi/cloudflare/workersScriptSubdomain.js";
import type * as types from "@pulumi/cloudflare/types/index.js";
import * as pulumi from "@pulumi/pulumi";

import {
  workerBindings,
  workerUrl,
  type BoundSettings,
  type WorkerBinding,
} from "../policy/gateway/worker-bindings.ts";
import type { Settings } from "../policy/settings/settings.ts";
import type { Env } from "../worker/chat/env.ts";
import type { Bundle } from "./bundle.ts";
import { COMPATIBILITY_DATE } from "./compatibility-date.ts";
import { stackName } from "./deployed.ts";

/** The settings that the chat Worker is made from, its gateway and its script. */
export interface ChatWorkerArgs extends BoundSettings, Pick<Settings, "accountId"> {
  readonly gatewayId: pulumi.Input<string>;
  readonly bundle: Bundle;
}

/** The chat Worker and its addresses. No setting of it is the caller's. */
export class ChatWorker extends pulumi.ComponentResource {
  /**
   * The Worker's address. It is absent where the stack has no domain and serves no workers.dev
   * address, or does not declare the account's subdomain.
   */
  readonly url: string | undefined;

  constructor(name: string, args: ChatWorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:ChatWorker", name, {}, opts);

    const script = new WorkersScript(
      name,
      {
        accountId: args.accountId,
        scriptName: args.worker.name,
        contentFile: args.bundle.file,
        contentSha256: args.bundle.sha256,
        mainModule: "chat.js",
        compatibilityDate: COMPATIBILITY_DATE,
        // Without the flag a caller who hangs up would not end the model's call.
        compatibilityFlags: ["enable_request_signal"],
        // The Worker logs its own line about each request; the runtime's would hold the request's
        // headers.
        observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
        ...(args.worker.placement === "smart" && { placement: { mode: "smart" } }),
        ...(args.worker.cpuMs !== undefined && { limits: { cpuMs: args.worker.cpuMs } }),
        bindings: bindings(args),
      },
      { parent: this },
    );
    // Declared even when it is off, so that an address opened by hand shows as drift. Previews
    // would be a second door.
    new WorkersScriptSubdomain(
      name,
      {
        accountId: args.accountId,
        scriptName: script.scriptName,
        enabled: args.worker.workersDev,
        previewsEnabled: false,
      },
      { parent: this },
    );

    if (args.worker.domain !== undefined) {
      new WorkersCustomDomain(
        name,
        {
          accountId: args.accountId,
          hostname: args.worker.domain,
          service: script.scriptName,
        },
        { parent: this },
      );
    }

    this.url = workerUrl(args);
    this.registerOutputs({ url: this.url });
  }
}

type Binding = WorkerBinding<pulumi.Input<string>>;

/** The bindings by name: one that the program or the Worker's code lacks is a type error. */
type Bindings = {
  readonly [Name in keyof Env | keyof ReturnType<typeof workerBindings>]: Name extends keyof Env
    ? Binding | (undefined extends Env[Name] ? undefined : never)
    : never;
};

function bindings(args: ChatWorkerArgs): types.input.WorkersScriptBinding[] {
  const { gatewayId, bundle, worker } = args;
  // The release is the bundle's hash and not the commit's: a commit that leaves the Worker alone
  // changes nothing here.
  const release = bundle.sha256.slice(0, 12);
  const byName: Bindings = workerBindings({ stackName: stackName(), gatewayId, release }, args);
  return Object.entries(byName).flatMap(([name, binding]) =>
    binding === undefined ? [] : [{ name, ...toInput(binding, spaceOf(name, worker.name)) }],
  );
}

function toInput(binding: Binding, space: string): Omit<types.input.WorkersScriptBinding, "name"> {
  if (binding.type === "secret_text") return { ...binding, text: pulumi.secret(binding.text) };
  if (binding.type !== "ratelimit") return binding;
  const { type, simple } = binding;
  const hash = createHash("sha256").update(space).digest();
  return { type, namespaceId: String(hash.readUInt32BE()), simple };
}

/**
 * Names what a rate limit counts. Its number holds for the whole account: two Workers, or two limits
 * of one, with the same would share their counts.
 */
function spaceOf(binding: string, workerName: string): string {
  return binding === "CALLER_LIMIT" ? workerName : `${workerName}/${binding}`;
}
