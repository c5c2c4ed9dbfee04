import { createHash } from "node:crypto";

import { WorkersCustomDomain } from "@pulumi/cloudflare/workersCustomDomain.js";
import { WorkersScript } from "@pulumi/cloudflare/workersScript.js";
import { WorkersScriptSubdomain } from "@pulumi/cloudflare/workersScriptSubdomain.js";
import type * as types from "@pulumi/cloudflare/types/index.js";
import * as pulumi from "@pulumi/pulumi";

import { workerTexts, workerUrl } from "../policy/gateway/worker-texts.ts";
import type { Settings } from "../policy/settings/settings.ts";
import type { RawEnv } from "../worker/chat/env.ts";
import type { Bundle } from "./bundle.ts";
import { COMPATIBILITY_DATE } from "./compatibility-date.ts";

export interface ChatWorkerArgs extends Pick<
  Settings,
  "accountId" | "logs" | "worker" | "callers" | "anonymousCallers"
> {
  readonly gatewayId: pulumi.Input<string>;
  readonly bundle: Bundle;
}

/** The chat Worker and its address. Gateway, log policy, models and access are the stack's, never the caller's. */
export class ChatWorker extends pulumi.ComponentResource {
  /** Absent when the stack has no domain and serves no workers.dev address, or does not say the account's subdomain. */
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
        // So that a caller who hangs up ends the model's call too.
        compatibilityFlags: ["enable_request_signal"],
        // The Worker's own line about each request, and not the runtime's, which holds the request's headers.
        observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
        ...(args.worker.placement === "smart" && { placement: { mode: "smart" } }),
        ...(args.worker.cpuMs !== undefined && { limits: { cpuMs: args.worker.cpuMs } }),
        bindings: bindings(args),
      },
      { parent: this },
    );
    // Said even when it is off, so that an address opened by hand shows as drift. Previews would be a second door.
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

type Binding = Omit<types.input.WorkersScriptBinding, "name">;

function bindings(args: ChatWorkerArgs): types.input.WorkersScriptBinding[] {
  const texts = workerTexts(pulumi.getStack(), args);
  // Keyed by RawEnv: a binding that the Worker asks for and this record lacks is a type error.
  const byName: Record<Exclude<keyof RawEnv, keyof OptionalBindings>, Binding> = {
    AI: { type: "ai" },
    GATEWAY_ID: { type: "plain_text", text: args.gatewayId },
    COLLECT_LOGS: { type: "plain_text", text: texts.COLLECT_LOGS },
    MODELS: { type: "plain_text", text: texts.MODELS },
    ACCESS: { type: "plain_text", text: texts.ACCESS },
    ORIGINS: { type: "plain_text", text: texts.ORIGINS },
    CALLERS: { type: "secret_text", text: pulumi.secret(JSON.stringify(args.callers)) },
    FALLBACKS: { type: "plain_text", text: texts.FALLBACKS },
    TIMEOUT_MS: { type: "plain_text", text: texts.TIMEOUT_MS },
    MAX_BODY_BYTES: { type: "plain_text", text: texts.MAX_BODY_BYTES },
    STACK: { type: "plain_text", text: texts.STACK },
    // The bundle's hash, not the commit's: a commit that leaves the Worker alone changes nothing here.
    RELEASE: { type: "plain_text", text: args.bundle.sha256.slice(0, 12) },
  };
  const all = { ...byName, ...optionalBindings(args, texts.CLOUDFLARE_ACCESS) };
  return Object.entries(all).map(([name, binding]) => ({ name, ...binding }));
}

/** Absent where the stack says nothing of the kind. */
type OptionalBindings = Partial<
  Record<"CLOUDFLARE_ACCESS" | "CALLER_HASH_KEY" | "CALLER_LIMIT", Binding>
>;

function optionalBindings(
  { worker: { name, callerLimit }, anonymousCallers }: ChatWorkerArgs,
  cloudflareAccess: string | undefined,
): OptionalBindings {
  return {
    ...(cloudflareAccess !== undefined && {
      CLOUDFLARE_ACCESS: { type: "plain_text", text: cloudflareAccess },
    }),
    ...(anonymousCallers && {
      CALLER_HASH_KEY: { type: "secret_text", text: pulumi.secret(anonymousCallers.key) },
    }),
    ...(callerLimit && { CALLER_LIMIT: limitBinding(name, callerLimit) }),
  };
}

function limitBinding(
  workerName: string,
  limit: NonNullable<Settings["worker"]["callerLimit"]>,
): Binding {
  return {
    type: "ratelimit",
    // Of the whole account, and a number: two Workers with one namespace would share their counts.
    namespaceId: String(createHash("sha256").update(workerName).digest().readUInt32BE()),
    simple: { limit: limit.requests, period: limit.periodSeconds },
  };
}
