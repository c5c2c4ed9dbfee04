/** The local account: what the program declared, in the form that the gateway and the runtime use. */
import { z } from "zod";

import { GATEWAY_ID } from "../policy/settings/notes.ts";
import type { Declared } from "./engine/evaluate.ts";
import { notificationPolicy, notificationWebhook } from "./notifications.ts";
import { logpushJob, r2Bucket, r2BucketLifecycle } from "./logpush/resources.ts";
import { providerConfig, secretsStoreSecret } from "./provider-keys/resources.ts";

const verdicts = z.partialRecord(
  z.enum(["p1", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13"]),
  z.enum(["FLAG", "BLOCK"]),
);

const dlpPolicy = z.strictObject({
  id: z.string(),
  enabled: z.boolean(),
  action: z.enum(["FLAG", "BLOCK"]),
  checks: z.array(z.enum(["REQUEST", "RESPONSE"])),
  profiles: z.array(z.string()),
});

const otel = z.strictObject({
  url: z.url(),
  headers: z.record(z.string(), z.string()),
  authorization: z.string().optional(),
  contentType: z.enum(["json", "protobuf"]),
});

/** Both forms of the field: one action for all profiles, or policies. */
const dlpGroup = z.union([
  z.strictObject({
    enabled: z.boolean(),
    action: z.enum(["FLAG", "BLOCK"]),
    profiles: z.array(z.string()),
  }),
  z.strictObject({ enabled: z.boolean(), policies: z.array(dlpPolicy) }),
]);

const filter = z.strictObject({
  mode: z.literal("filter"),
  values: z.array(z.string()).min(1),
});

const spendRule = z.strictObject({
  id: z.string(),
  enabled: z.boolean(),
  limit: z.number().positive(),
  limitType: z.literal("cost"),
  window: z.number().positive(),
  technique: z.enum(["fixed", "sliding"]),
  metadata: z
    .record(
      z.string(),
      z.discriminatedUnion("mode", [z.strictObject({ mode: z.literal("partition") }), filter]),
    )
    .optional(),
  model: filter.optional(),
  aiGatewayProvider: filter.optional(),
});

/**
 * The inputs of a gateway, with the API's own names and bounds: mocks check nothing, so a bad value
 * stops here. https://developers.cloudflare.com/api/resources/ai_gateway/methods/create/
 */
export const aiGateway = z.strictObject({
  accountId: z.string(),
  aiGatewayId: z
    .string()
    .min(1)
    .max(64)
    .regex(GATEWAY_ID, "has lowercase letters, digits and _, in groups that single hyphens join"),
  authentication: z.boolean(),
  byokOnly: z.boolean(),
  cacheInvalidateOnUpdate: z.boolean(),
  cacheTtl: z.int().min(0),
  collectLogs: z.boolean(),
  dlp: dlpGroup.optional(),
  guardrails: z.strictObject({ prompt: verdicts, response: verdicts }).optional(),
  logClassification: z.boolean(),
  logManagement: z.int().min(10_000).max(10_000_000),
  logManagementStrategy: z.enum(["STOP_INSERTING", "DELETE_OLDEST"]),
  logpush: z.boolean(),
  logpushPublicKey: z.string().min(16).max(1024).optional(),
  otels: z.array(otel).optional(),
  rateLimitingInterval: z.int().min(0),
  rateLimitingLimit: z.int().min(0),
  rateLimitingTechnique: z.enum(["fixed", "sliding"]),
  retryMaxAttempts: z.int().min(1).max(5).optional(),
  retryDelay: z.int().min(0).max(60_000).optional(),
  retryBackoff: z.enum(["constant", "linear", "exponential"]).optional(),
  spendLimits: z
    .strictObject({ enabled: z.boolean(), rules: z.array(spendRule).max(20) })
    .optional(),
  storeId: z.string(),
  stripe: z
    .strictObject({
      authorization: z.string(),
      usageEvents: z.array(z.strictObject({ payload: z.string() })),
    })
    .optional(),
  workersAiBillingMode: z.enum(["postpaid", "unified"]),
  zdr: z.boolean(),
});

const workersCustomDomain = z.strictObject({
  accountId: z.string(),
  hostname: z.string(),
  service: z.string(),
});

/** The inputs of a Worker, as far as the local runtime takes them. */
export const workersScript = z.strictObject({
  accountId: z.string(),
  scriptName: z.string(),
  contentFile: z.string(),
  contentSha256: z.string(),
  mainModule: z.string(),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()).default([]),
  placement: z.strictObject({ mode: z.literal("smart") }).optional(),
  limits: z.strictObject({ cpuMs: z.int().min(10) }).optional(),
  observability: z.strictObject({
    enabled: z.boolean(),
    logs: z.strictObject({ enabled: z.boolean(), invocationLogs: z.boolean() }),
  }),
  bindings: z.array(
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("ai"), name: z.string() }),
      z.strictObject({
        type: z.literal("analytics_engine"),
        name: z.string(),
        dataset: z.string().regex(/^[A-Za-z_]\w*$/),
      }),
      z.strictObject({
        type: z.literal("ratelimit"),
        name: z.string(),
        namespaceId: z.string().regex(/^\d+$/),
        simple: z.strictObject({
          limit: z.int().min(1),
          period: z.union([z.literal(10), z.literal(60)]),
        }),
      }),
      z.strictObject({
        type: z.enum(["plain_text", "secret_text"]),
        name: z.string(),
        text: z.string(),
      }),
    ]),
  ),
});

const workersScriptSubdomain = z.strictObject({
  accountId: z.string(),
  scriptName: z.string(),
  enabled: z.boolean(),
  previewsEnabled: z.boolean(),
});

/** An address, or a network as CIDR. */
export const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

const accountToken = z.strictObject({
  accountId: z.string(),
  name: z.string().min(1).max(120),
  policies: z
    .array(
      z.strictObject({
        effect: z.literal("allow"),
        permissionGroups: z.array(z.strictObject({ id: z.string() })).min(1),
        resources: z.string(),
      }),
    )
    .min(1),
  expiresOn: z.iso.datetime().optional(),
  condition: z
    .strictObject({ requestIp: z.strictObject({ ins: z.array(network).min(1) }) })
    .optional(),
});

const workersCronTrigger = z.strictObject({
  accountId: z.string(),
  scriptName: z.string(),
  schedules: z.array(z.strictObject({ cron: z.string() })).min(1),
});

export type GatewaySettings = z.infer<typeof aiGateway>;
export type Script = z.infer<typeof workersScript>;

/** Returns the text of a binding; undefined where there is none of that name, or it holds no text. */
export function textBinding(
  { bindings }: Pick<Script, "bindings">,
  name: string,
): string | undefined {
  const binding = bindings.find((each) => each.name === name);
  return binding !== undefined && "text" in binding ? binding.text : undefined;
}

/** The resources that a program may declare, by kind; the description of each is its type. */
const declarations = z.object({
  gateways: cloudflare("AiGateway", aiGateway),
  scripts: cloudflare("WorkersScript", workersScript),
  subdomains: cloudflare("WorkersScriptSubdomain", workersScriptSubdomain),
  triggers: cloudflare("WorkersCronTrigger", workersCronTrigger),
  tokens: cloudflare("AccountToken", accountToken),
  buckets: cloudflare("R2Bucket", r2Bucket),
  lifecycles: cloudflare("R2BucketLifecycle", r2BucketLifecycle),
  logpushJobs: dynamic("LogpushJob", logpushJob),
  secrets: cloudflare("SecretsStoreSecret", secretsStoreSecret),
  providerConfigs: dynamic("ProviderConfig", providerConfig),
  policies: cloudflare("NotificationPolicy", notificationPolicy),
  webhooks: cloudflare("NotificationPolicyWebhooks", notificationWebhook),
  // It is checked and left alone: its address leads nowhere here.
  domains: cloudflare("WorkersCustomDomain", workersCustomDomain),
});

function cloudflare<T extends z.ZodType>(name: string, inputs: T): z.ZodArray<T> {
  const module = name.charAt(0).toLowerCase() + name.slice(1);
  return z.array(inputs).describe(`cloudflare:index/${module}:${name}`);
}

function dynamic<T extends z.ZodType>(name: string, inputs: T): z.ZodArray<T> {
  return z.array(inputs).describe(`pulumi-nodejs:dynamic/ai-gateway:${name}`);
}

/** What a program declares, by kind. */
export interface Account extends Readonly<Omit<z.output<typeof declarations>, "gateways">> {
  readonly id: string;
  readonly gateways: ReadonlyMap<string, GatewaySettings>;
  /** The chat Worker, which is one of the scripts. */
  readonly script: Script;
}

/**
 * Applies what a program declared. Throws, naming every resource that the local account does not
 * have or whose inputs Cloudflare would refuse; nothing is applied then.
 */
export function applyResources(resources: readonly Declared[]): Account {
  const { gateways, scripts, ...others } = readDeclarations(resources);
  const chats = scripts.filter(({ mainModule }) => mainModule === "chat.js");
  const [script] = chats;
  if (script === undefined || chats.length > 1) {
    const limit = "the local runtime serves one";
    throw new Error(`the program declares ${chats.length} chat Workers; ${limit}`);
  }
  return {
    ...others,
    id: script.accountId,
    gateways: new Map(gateways.map((gateway) => [gateway.aiGatewayId, gateway])),
    script,
    scripts,
  };
}

function readDeclarations(resources: readonly Declared[]): z.output<typeof declarations> {
  const kinds = Object.entries(declarations.shape).map(([kind, { description = "" }]) => {
    return { kind, type: description, found: resources.filter(({ type }) => type === description) };
  });
  const inputs = kinds.map(({ kind, found }) => [kind, found.map((each) => each.inputs)] as const);
  const { data, error } = declarations.safeParse(Object.fromEntries(inputs));
  const known = kinds.map(({ type }) => type);
  const problems = resources
    .filter(({ type }) => !known.includes(type))
    .map((each) => `${nameOf(each)} does not exist locally; known are ${known.join(", ")}`);
  for (const { path, message } of error?.issues ?? []) {
    const [kind, index, ...input] = path;
    const resource = kinds.find((each) => each.kind === kind)?.found[Number(index)];
    problems.push(`${resource && nameOf(resource)}: ${input.join(".")}: ${message}`);
  }
  if (data === undefined || problems.length > 0) throw new Error(problems.join("\n"));
  return data;
}

function nameOf({ type, name }: Declared): string {
  return `${type} "${name}"`;
}
