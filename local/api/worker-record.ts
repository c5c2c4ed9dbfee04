/** Describes a Worker as the local account keeps it, and as the REST API does. */
import { z } from "zod";

import { workersScript } from "../account.ts";
import type { Module, Served } from "../runtime.ts";
import { isDeclared, sha256 } from "./token-record.ts";
import { check, notImitated, refuse } from "./envelope.ts";

const bindings = workersScript.shape.bindings;

/** A version that was deployed before, as the API describes it: its code is not kept. */
const earlierVersion = z.looseObject({
  id: z.string(),
  metadata: z.looseObject({ created_on: z.string() }),
});

export const workerRecord = z.object({
  name: z.string(),
  mainModule: z.string(),
  /** The modules, with their contents in base64. */
  modules: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["esm", "text", "data", "wasm"]),
      contents: z.string(),
    }),
  ),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  bindings,
  /** Settings that are kept and returned, without effect here. */
  settings: z.record(z.string(), z.unknown()),
  subdomain: z.object({ enabled: z.boolean(), previews_enabled: z.boolean() }),
  crons: z.array(z.string()),
  createdAt: z.string(),
  modifiedAt: z.string(),
  isDeclared,
  /** The newest first. */
  earlier: z.array(earlierVersion).optional(),
});

export type WorkerRecord = Readonly<z.output<typeof workerRecord>>;

/** The name of a Worker, as Cloudflare allows it. */
export const scriptName = z.string().regex(/^[a-z0-9_][a-z0-9_-]{0,62}$/);

const metadata = z.looseObject({
  main_module: z.string(),
  compatibility_date: z.iso.date(),
  compatibility_flags: z.array(z.string()).default([]),
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string() })).default([]),
  keep_bindings: z.array(z.string()).default([]),
});

const MODULE_TYPES: ReadonlyMap<string, Module["type"]> = new Map([
  ["application/javascript+module", "esm"],
  ["text/plain", "text"],
  ["application/octet-stream", "data"],
  ["application/wasm", "wasm"],
]);

/** Reads an upload: the part `metadata`, and a part for each module. Throws an ApiError. */
export async function readUpload(
  name: string,
  request: Request,
  before: WorkerRecord | undefined,
): Promise<WorkerRecord> {
  const form = await request
    .formData()
    .catch(() => refuse(400, 10_021, "the body is not multipart/form-data"));
  const upload = check(metadata, await readMetadata(form.get("metadata")));
  const { main_module, compatibility_date, compatibility_flags, keep_bindings, ...rest } = upload;
  const { bindings: given, ...settings } = rest;
  const named = new Set(given.map((binding) => binding.name));
  const kept = (before?.bindings ?? []).filter(
    (binding) => keep_bindings.includes(binding.type) && !named.has(binding.name),
  );
  const now = new Date().toISOString();
  return {
    name,
    mainModule: main_module,
    modules: await readModules(form, main_module),
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    bindings: [...given.map(fromWireBinding), ...kept],
    settings,
    subdomain: before?.subdomain ?? { enabled: false, previews_enabled: false },
    crons: before?.crons ?? [],
    createdAt: before?.createdAt ?? now,
    modifiedAt: now,
    isDeclared: false,
  };
}

export function toServed({ name, modules, ...worker }: WorkerRecord): Served {
  return {
    ...worker,
    scriptName: name,
    modules: modules.map((module) => {
      const bytes = Uint8Array.from(Buffer.from(module.contents, "base64"));
      const isText = module.type === "esm" || module.type === "text";
      return { ...module, contents: isText ? new TextDecoder().decode(bytes) : bytes };
    }),
  };
}

export function describeWorker(worker: WorkerRecord) {
  return {
    id: worker.name,
    etag: sha256(JSON.stringify(worker.modules)),
    created_on: worker.createdAt,
    modified_on: worker.modifiedAt,
    compatibility_date: worker.compatibilityDate,
    compatibility_flags: worker.compatibilityFlags,
    has_modules: true,
    has_assets: false,
    usage_model: "standard",
    ...(typeof worker.settings["logpush"] === "boolean" && { logpush: worker.settings["logpush"] }),
  };
}

/** The time that a Worker takes to start, which is not measured here. */
export const startup_time_ms = 1;

/** The author of each deploy, which wrangler prints: a token of this account has no user. */
const author_email = "token@account.invalid";

export function describeVersion(worker: WorkerRecord) {
  const { etag, compatibility_date, compatibility_flags, usage_model } = describeWorker(worker);
  const { modifiedAt } = worker;
  return {
    id: versionIdOf(worker),
    metadata: { created_on: modifiedAt, modified_on: modifiedAt, source: "api", author_email },
    resources: {
      bindings: worker.bindings.map(toWireBinding),
      script: { etag },
      script_runtime: { compatibility_date, compatibility_flags, usage_model },
    },
  };
}

/** Returns the id of a Worker's version, which changes with each upload. */
export function versionIdOf(worker: WorkerRecord): string {
  return uuidOf("version", worker.name, worker.modifiedAt);
}

/** Makes an id of the time of the upload. */
function uuidOf(what: string, name: string, uploadedAt: string): string {
  return sha256(`${what} ${name} ${uploadedAt}`).replace(
    /^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/,
    "$1-$2-$3-$4-$5",
  );
}

// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/deployments/methods/list/
const LISTED_DEPLOYMENTS = 10;

/** Returns the Worker with those versions that were deployed before it, of which some are listed. */
export function withEarlier(worker: WorkerRecord, before: WorkerRecord): WorkerRecord {
  if (worker.modifiedAt === before.modifiedAt) return worker;
  const earlier = [describeVersion(before), ...(before.earlier ?? [])];
  return { ...worker, earlier: earlier.slice(0, LISTED_DEPLOYMENTS - 1) };
}

/** Describes the deployments, the newest first: all requests go to its one version. */
export function describeDeployments(worker: WorkerRecord): {
  readonly deployments: readonly object[];
} {
  const versions = [describeVersion(worker), ...(worker.earlier ?? [])];
  const deployments = versions.map(({ id, metadata: { created_on } }) => ({
    id: uuidOf("deployment", worker.name, created_on),
    source: "api",
    strategy: "percentage",
    author_email,
    created_on,
    versions: [{ version_id: id, percentage: 100 }],
  }));
  return { deployments };
}

/** The settings of the Worker as a whole, whatever its version. */
export const SCRIPT_SETTINGS = ["logpush", "tags", "tail_consumers", "observability"] as const;

export function describeScriptSettings({ settings }: WorkerRecord) {
  const { logpush = false, tags = [], tail_consumers = [] } = settings;
  const { observability = { enabled: false } } = settings;
  return { logpush, tags, tail_consumers, observability };
}

/** Describes the settings without the values of secrets, which nobody can read back. */
export function describeSettings(worker: WorkerRecord): object {
  return {
    // The provider reads it of every Worker, and crashes where it is missing.
    placement: {},
    ...defined(worker.settings),
    ...describeScriptSettings(worker),
    usage_model: "standard",
    compatibility_date: worker.compatibilityDate,
    compatibility_flags: worker.compatibilityFlags,
    bindings: worker.bindings.map(toWireBinding),
  };
}

/** Leaves out what is undefined, so that it hides no default. */
function defined(settings: WorkerRecord["settings"]): WorkerRecord["settings"] {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

async function readMetadata(part: File | string | null): Promise<unknown> {
  try {
    return JSON.parse(part instanceof Blob ? await part.text() : (part ?? ""));
  } catch {
    return refuse(400, 10_021, "the part metadata is missing, or is not JSON");
  }
}

async function readModules(form: FormData, main: string): Promise<WorkerRecord["modules"]> {
  const modules: WorkerRecord["modules"] = [];
  for (const [field, part] of form) {
    if (!(part instanceof Blob) || field === "metadata") continue;
    const mime = part.type.split(";")[0] ?? "";
    if (mime === "application/source-map") continue;
    const type = MODULE_TYPES.get(mime);
    if (type === undefined) throw notImitated(`modules of the type ${JSON.stringify(mime)}`);
    const contents = Buffer.from(await part.arrayBuffer()).toString("base64");
    modules.push({ name: field, type, contents });
  }
  if (modules.some(({ name }) => name === main)) return modules;
  return refuse(400, 10_021, `there is no part ${JSON.stringify(main)}, which main_module names`);
}

function fromWireBinding(binding: Readonly<Record<string, unknown>>) {
  const { namespace_id: namespaceId, ...rest } = binding;
  const renamed = namespaceId === undefined ? rest : { ...rest, namespaceId };
  const parsed = bindings.element.safeParse(renamed);
  if (parsed.success) return parsed.data;
  // Such a type probably exists at Cloudflare. The message never has the value, which may be a
  // secret.
  throw notImitated(`the binding ${String(binding["name"])} of type ${String(binding["type"])}`);
}

function toWireBinding(binding: WorkerRecord["bindings"][number]): object {
  if (binding.type === "secret_text") return { type: binding.type, name: binding.name };
  if (binding.type !== "ratelimit") return binding;
  const { namespaceId, ...rest } = binding;
  return { ...rest, namespace_id: namespaceId };
}
