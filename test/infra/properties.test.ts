/** What the program declares for any stack that may be deployed. fast-check prints seed and counterexample of a failure. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import type { Recorded, Recording } from "../../record/record.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { stateStack, type Statement } from "../../policy/statement/statement.ts";
import {
  arbitraryStack,
  secretsOf,
  toConfig,
  toStackFile,
  type StackValues,
} from "../support/arbitrary-stack.ts";
import { TODAY } from "../support/corpus.ts";
import { recordProgram } from "../support/record-program.ts";
import { runs } from "../support/runs.ts";

vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({
    file: `dist/${name}.js`,
    sha256: "abcdef0123456789".repeat(4),
  }),
}));
beforeEach(() => {
  // Only the clock: Pulumi's own timers must run on.
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(`${TODAY}T12:00:00Z`) });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const onOff = z.boolean();
const hazards = z.partialRecord(
  z.enum(["p1", ...Array.from({ length: 13 }, (_, index) => `s${index + 1}`)]),
  z.enum(["FLAG", "BLOCK"]),
);

/**
 * What the API accepts of each input, and not what our settings allow.
 * https://developers.cloudflare.com/api/resources/ai_gateway/methods/update/
 * https://developers.cloudflare.com/ai-gateway/reference/limits/
 */
const GATEWAY = z.strictObject({
  accountId: z.string().regex(/^[0-9a-f]{32}$/),
  aiGatewayId: z
    .string()
    .max(64)
    .regex(/^[a-z0-9_]+(?:-[a-z0-9_]+)*$/),
  authentication: onOff,
  byokOnly: onOff,
  cacheInvalidateOnUpdate: onOff,
  // Off, or from a minute to a month.
  cacheTtl: z.union([z.literal(0), z.int().min(60).max(2_592_000)]),
  collectLogs: onOff,
  logClassification: onOff,
  logManagement: z.int().min(10_000).max(10_000_000),
  logManagementStrategy: z.enum(["STOP_INSERTING", "DELETE_OLDEST"]),
  // Null is refused with 400.
  logpush: onOff,
  logpushPublicKey: z
    .string()
    .min(16)
    .max(1024)
    .regex(/^-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----$/)
    .optional(),
  rateLimitingInterval: z.int().min(0),
  rateLimitingLimit: z.int().min(0),
  rateLimitingTechnique: z.enum(["fixed", "sliding"]),
  retryMaxAttempts: z.int().min(1).max(5).optional(),
  // 60000 since 2026-08; every page agrees on this.
  retryDelay: z.int().min(0).max(5000).optional(),
  retryBackoff: z.enum(["constant", "linear", "exponential"]).optional(),
  // Off, or the id of a Secrets Store.
  storeId: z.union([z.literal(""), z.string().regex(/^[0-9a-f]{32}$/)]),
  workersAiBillingMode: z.enum(["postpaid", "unified"]),
  zdr: onOff,
  otels: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https$/ }),
        headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string().min(1)),
        authorization: z.string().min(1).optional(),
        contentType: z.enum(["json", "protobuf"]),
      }),
    )
    .min(1)
    .optional(),
  guardrails: z.strictObject({ prompt: hazards, response: hazards }).optional(),
  dlp: z
    .strictObject({
      enabled: z.literal(true),
      policies: z
        .array(
          z.strictObject({
            id: z.string().min(1),
            enabled: z.literal(true),
            action: z.enum(["BLOCK", "FLAG"]),
            checks: z.array(z.enum(["REQUEST", "RESPONSE"])).min(1),
            profiles: z.array(z.guid()).min(1),
          }),
        )
        .min(1),
    })
    .optional(),
  spendLimits: z
    .strictObject({
      enabled: z.literal(true),
      rules: z
        .array(
          z.strictObject({
            id: z.string().min(1),
            enabled: z.literal(true),
            limit: z.number().positive(),
            limitType: z.literal("cost"),
            window: z.int().positive(),
            technique: z.enum(["fixed", "sliding"]),
            metadata: z
              .record(
                z.string(),
                z.discriminatedUnion("mode", [
                  z.strictObject({ mode: z.literal("partition") }),
                  z.strictObject({ mode: z.literal("filter"), values: z.array(z.string()).min(1) }),
                ]),
              )
              .optional(),
          }),
        )
        .min(1)
        .max(20),
    })
    .optional(),
});

const LIFECYCLE = z.object({
  bucketName: z.string(),
  rules: z.array(
    z.object({
      deleteObjectsTransition: z
        .object({ condition: z.object({ type: z.literal("Age"), maxAge: z.number() }) })
        .optional(),
    }),
  ),
});

test("every stack's gateway is inside the platform's ranges, and nothing said is nothing", async () => {
  await forAnyStack(({ recording }) => {
    expect(GATEWAY.safeParse(gateway(recording).inputs).error?.issues).toBeUndefined();
    for (const { inputs } of recording.resources) expect(nothings(inputs)).toEqual([]);
  });
});

test("what a statement says of logs is what gateway and Worker are told", async () => {
  await forAnyStack(({ recording, statement }) => {
    const { collectLogs, aiGatewayId } = gateway(recording).inputs;
    const collect = binding(recording, "COLLECT_LOGS");

    expect(fact(statement, "beside")).toBe(collectLogs);
    expect(fact(statement, "bodies")).toBe(collect === "full");
    expect(fact(statement, "logged")).toBe(collect !== "none");
    // Else the Worker would ask for bodies where the gateway keeps none, or the other way round.
    expect(collectLogs).toBe(collect === "full");
    expect(binding(recording, "GATEWAY_ID")).toBe(aiGatewayId);
    expect(recording.outputs["policyFingerprint"]).toBe(statement.fingerprint);
  });
});

test("the days that a statement promises are those that the retention Worker is told, or Cloudflare's own", async () => {
  await forAnyStack(({ recording, statement }) => {
    const days = fact(statement, "days");
    const isLegacy = fact(statement, "where") === "legacy";
    const promised = isLegacy && days !== null ? JSON.stringify(days) : undefined;

    expect(binding(recording, "KEEP_DAYS", "retention")).toBe(promised);
    expect(binding(recording, "API_TOKEN")).toBeUndefined();
  });
});

test("where a statement says that copies are kept, and how long, is where they go, and when they are deleted", async () => {
  await forAnyStack(({ recording, statement, values }) => {
    const copies = z.array(z.looseObject({ kind: z.string() })).parse(fact(statement, "copies"));
    const { rules = [], bucketName } = lifecycle(recording) ?? {};
    const job = recording.resources.find(({ type }) => type.endsWith(":LogpushJob"));
    const seconds = rules.flatMap(
      ({ deleteObjectsTransition: rule }) => rule?.condition.maxAge ?? [],
    );

    expect(copies.filter(({ kind }) => kind === "logpush")).toEqual(
      seconds.map((age) => ({
        kind: "logpush",
        bucket: bucketName,
        keepDays: age / 86_400,
        bodies: Object(job?.inputs["fields"]).includes("RequestBody"),
        publicKey: gateway(recording).inputs["logpushPublicKey"],
      })),
    );
    expect(seconds).toHaveLength(values["logpush"] === undefined ? 0 : 1);
    expect(gateway(recording).inputs["logpush"]).toBe(values["logpush"] !== undefined);
  });
});

test("every secret of a stack is declared, and none where a state would show it", async () => {
  await forAnyStack(({ recording, values }) => {
    const inputs = recording.resources.map((resource) => split(resource));
    const open = JSON.stringify([inputs.map(({ shown }) => shown), recording.outputs]);
    const closed = JSON.stringify(inputs.map(({ hidden }) => hidden));
    const secrets = secretsOf(values);

    expect(secrets.filter((secret) => open.includes(secret.slice(0, 20)))).toEqual([]);
    expect(secrets.filter((secret) => !closed.includes(secret))).toEqual([]);
  });
});

interface Scene {
  readonly values: StackValues;
  readonly recording: Recording;
  /** Of the file that a reviewer reads: every secret is encrypted that may not stand in clear. */
  readonly statement: Statement;
}

// Each property has the same seed, and so the same stacks: what is made of one serves all.
const scenes = new Map<string, Promise<Scene>>();

async function forAnyStack(check: (scene: Scene) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitraryStack(), async (values) => {
      const key = JSON.stringify(values);
      const scene = scenes.get(key) ?? makeScene(values);
      scenes.set(key, scene);
      check(await scene);
    }),
    runs(20, 300),
  );
}

async function makeScene(values: StackValues): Promise<Scene> {
  const file = parseStackFile("any", toStackFile(values, "hashes in clear"));
  if (!file.ok) throw new Error(JSON.stringify(file.problems));
  const statement = await stateStack(file.stack);
  return { values, statement, recording: await recordProgram(toConfig(values)) };
}

function gateway({ resources }: Recording): Recorded {
  const found = resources.find(({ type }) => type === "cloudflare:index/aiGateway:AiGateway");
  if (found === undefined) throw new Error("the program declares no gateway");
  return found;
}

function lifecycle({ resources }: Recording) {
  const found = resources.find(({ type }) => type.endsWith(":R2BucketLifecycle"));
  return found && LIFECYCLE.parse(found.inputs);
}

/** The text of one of a Worker's bindings. */
function binding({ resources }: Recording, name: string, worker = "chat"): unknown {
  const script = resources.find(
    (each) => each.type.endsWith(":WorkersScript") && each.name === worker,
  );
  if (script === undefined) return undefined;
  const bindings = z
    .array(z.object({ name: z.string(), text: z.string().optional() }))
    .parse(script.inputs["bindings"]);
  return bindings.find((each) => each.name === name)?.text;
}

function fact({ facts }: Statement, id: string): unknown {
  return facts.find((each) => each.id === id)?.value;
}

/** Paths of what is NaN, null or undefined. */
function nothings(value: unknown, path = ""): string[] {
  if (value === undefined || value === null || Number.isNaN(value)) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => nothings(item, `${path}.${key}`));
}

/** A resource's inputs, by whether a state shows them. */
function split({ inputs, secretInputs }: Recorded): {
  readonly shown: object;
  readonly hidden: object;
} {
  const { true: hidden = [], false: shown = [] } = Object.groupBy(Object.entries(inputs), ([key]) =>
    secretInputs.includes(key) ? "true" : "false",
  );
  return { shown: Object.fromEntries(shown), hidden: Object.fromEntries(hidden) };
}
