/**
 * A stack file as Pulumi would hand it to a program, read without Pulumi.
 *
 * Pulumi reads YAML with yaml.v3 (Go), everybody else here with a reader of YAML 1.2. Where a setting takes a scalar
 * that the two understand differently, the scalar is reported and not guessed at. What Pulumi would read and a reviewer
 * would not see is refused.
 */
import type { ConfigValues } from "../settings/parse-settings.ts";
import { allowed, nearestName, type Problem } from "../settings/problems.ts";
import { looksSecret, quote, showKey } from "../looks-secret.ts";
import { isTrustedApi } from "./api-address.ts";
import {
  formatPath,
  hasNode,
  jsonSchemas,
  nodeAt,
  scalarNode,
  type Path,
} from "../settings/schema.ts";
import { isRecord } from "../json.ts";
import { Unclear, readYaml, type Content } from "./yaml.ts";

export interface StackFile {
  /** The settings of the `ai-gateway` namespace. */
  readonly values: ConfigValues;
  /** Settings whose value needs quotes, or digits that every reader of YAML takes for the same number. */
  readonly unclear: readonly Problem[];
  /** Settings of other namespaces, by full key (`cloudflare:baseUrl`), as Pulumi hands them over. */
  readonly others: ReadonlyMap<string, string>;
  /** Settings that are not read, and secrets of other namespaces that stand in clear. */
  readonly misplaced: readonly Problem[];
  /** That the file has no group of settings at all, if so. */
  readonly noConfig?: Problem | undefined;
  /** The environments (Pulumi ESC) that the file names; Pulumi may add values of theirs that it does not show. */
  readonly environments: readonly string[];
}

/** In place of an encrypted value of another namespace. */
export const A_SECRET = "a secret";

const NAMESPACE = "ai-gateway:";

/** `cloudflare:apiToken`, `aws:secretKey` */
const SECRET_NAME = /(?:token|secret|password|api_?key|private_?key|secret_?key)$/i;

/**
 * Reads a stack file. `project` is the project's name, if it is known: the namespace of what `pulumi config set` writes
 * without one. Throws as readYaml does, and when the content is no stack file.
 */
export function readStackFile(file: Content, project = "ai-gateway"): StackFile {
  const content = readYaml(file);
  refuseOutside(content);
  const config = isRecord(content) ? (content["config"] ?? {}) : undefined;
  if (!isRecord(content) || !isRecord(config))
    throw new Error("not a stack file: it has no group of settings under config");
  refuseBareNames(config);

  const entries = Object.entries(config);
  const own = entries
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  const others = entries.filter(([key]) => !key.startsWith(NAMESPACE));
  return {
    values: Object.fromEntries(own.map(([key, value]) => [key, asPulumiText(value)])),
    unclear: own.flatMap(([key, value]) => findUnclear([key], value)),
    others: new Map(
      others.map(([key, value]) => [key, isCipher(value) ? A_SECRET : asPulumiText(value)]),
    ),
    misplaced: [
      ...others.flatMap(([key, value]) => [
        ...findMisplaced(key, value, project),
        ...findRefused(key, value),
      ]),
      ...findForeignApi(config),
    ],
    environments: listEnvironments(content["environment"]),
    noConfig: findNoConfig(content),
  };
}

/** Finds each number of another namespace that Pulumi refuses. */
function findRefused(key: string, value: unknown): readonly Problem[] {
  if (isRefused(value)) {
    const message = `${showKey(key)} is ${showNumber(value)}, which Pulumi refuses; write a finite number, or quote it if it is text`;
    return [{ path: "", message }];
  }
  if (value instanceof Unclear || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item) => findRefused(key, item));
}

/** Nothing reads a setting of these, and whoever wrote it believes that something does. */
function findMisplaced(key: string, value: unknown, project: string): readonly Problem[] {
  const [namespace = "", ...rest] = key.split(":");
  const plain = namespace.toLowerCase().replaceAll(/[^a-z]/g, "");
  // A setting of ours under a name that is nearly ours: a slip of the pen.
  const isSlip =
    Object.hasOwn(jsonSchemas.legacy.properties ?? {}, rest[0]?.split(".")[0] ?? "") &&
    nearestName(namespace, ["ai-gateway"]) !== undefined;
  if (namespace === project || plain === "aigateway" || isSlip) {
    const meant = NAMESPACE + showKey(rest.join(":"));
    return [{ path: "", message: `${showKey(key)} is read by nothing here; write it as ${meant}` }];
  }
  if (!SECRET_NAME.test(key) || typeof value !== "string") return [];
  const name = showKey(key);
  const message = `${name} is a secret and stands in the file in clear; make a new one and set it with pulumi config set --secret ${name}`;
  return [{ path: "", message }];
}

/** The provider sends the deploy's token there. */
function findForeignApi(config: Readonly<Record<string, unknown>>): readonly Problem[] {
  const address = config["cloudflare:baseUrl"];
  if (address === undefined) return [];
  const tier = config[`${NAMESPACE}tier`] === "development" ? "development" : "production";
  if (typeof address === "string" && isTrustedApi(address, tier)) return [];
  const message =
    "cloudflare:baseUrl sends the deploy's token to another address than Cloudflare's own; remove it (a development stack may name an address of its own machine)";
  return [{ path: "", message }];
}

/** `[acme/prod]`, or a group with imports and values, which is an environment of the stack's own. */
function listEnvironments(environment: unknown): readonly string[] {
  if (environment === undefined || environment === null) return [];
  const list = isRecord(environment) ? (environment["imports"] ?? []) : environment;
  const names = Array.isArray(list) ? list : [list];
  const imported = names.map((name: unknown) =>
    showKey(typeof name === "string" ? name : (Object.keys(Object(name))[0] ?? "unnamed")),
  );
  return isRecord(environment) ? [...imported, "one of the stack file's own"] : imported;
}

/** Pulumi ignores a setting that lost its indentation, without a word: it would be on in the eyes of who wrote it. */
function refuseOutside(content: unknown): void {
  const outside = Object.entries(isRecord(content) ? content : {}).find(
    ([key, value]) => key.includes(":") || isNamespace(key, value),
  );
  if (outside === undefined) return;
  const [key, value] = outside;
  const remedy = key.includes(":")
    ? "indent it by two"
    : `move it there, and ${describeFullNames(key, value)}`;
  throw new Error(
    `not a stack file: ${quote(key)} stands outside config, where Pulumi ignores it; ${remedy}`,
  );
}

/** Whether a group has settings of a namespace below the namespace's name, as no stack file has them. */
function isNamespace(key: string, value: unknown): boolean {
  const isOurs = nearestName(key, [NAMESPACE.slice(0, -1)]) !== undefined;
  return (isRecord(value) || value === null) && (isOurs || key === "cloudflare");
}

/** `write each of its settings with it, as "ai-gateway:plan"` */
function describeFullNames(key: string, value: unknown): string {
  const namespace = key === "cloudflare" ? "cloudflare:" : NAMESPACE;
  const example = namespace + showKey(Object.keys(Object(value))[0] ?? "plan");
  return `write each of its settings by its full name, as ${JSON.stringify(example)}`;
}

/** Else each setting that a stack must have would be told as missing. */
function findNoConfig(content: Readonly<Record<string, unknown>>): Problem | undefined {
  if (Object.hasOwn(content, "config")) return undefined;
  const meant = Object.keys(content).find((key) => nearestName(key, ["config"]) !== undefined);
  const advice = meant === undefined ? "" : `; did you mean it by ${quote(meant)}?`;
  return { path: "", message: `there is no config: in the file${advice}` };
}

/** Pulumi reads a name without namespace as the project's own, whatever the project is called: `zdr` as `ai-gateway:zdr`. */
function refuseBareNames(config: Readonly<Record<string, unknown>>): void {
  const bare = Object.entries(config).find(([key]) => !key.includes(":"));
  if (bare === undefined) return;
  const [key, value] = bare;
  const remedy = isNamespace(key, value)
    ? describeFullNames(key, value)
    : `write it as ${JSON.stringify(NAMESPACE + showKey(key))}, or with the name of the project that reads it`;
  throw new Error(`not a stack file: ${quote(key)} under config has no namespace; ${remedy}`);
}

function asPulumiText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Unclear) return value.text;
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Unclear) return item.text;
    return isRefused(item) ? showNumber(item) : item;
  });
}

/** Whether Pulumi refuses the file for this number, whatever setting has it. */
function isRefused(value: unknown): value is number {
  return typeof value === "number" && !Number.isFinite(value);
}

/** Writes such a number as YAML has it: `-.inf` */
function showNumber(value: number): string {
  return Number.isNaN(value) ? ".nan" : `${value < 0 ? "-" : ""}.inf`;
}

/** Pulumi writes an encrypted value as the one-key mapping `secure: v1:…`, at any depth. */
export function isCipher(value: unknown): boolean {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

/** Finds what only Pulumi's reader or only this one would take for what it is meant to be. A secret has other rules. */
function findUnclear(path: Path, value: unknown): readonly Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => findUnclear([...path, index], item));
  }
  if (isRecord(value) && !(value instanceof Unclear)) {
    return Object.entries(value).flatMap(([key, item]) => findUnclear([...path, key], item));
  }
  const node = scalarNode(nodeAt(jsonSchemas.legacy, path));
  const report = (message: string) => [{ path: formatPath(path), message }];
  // What is no setting is reported as that.
  if (isRefused(value) && hasNode(jsonSchemas.legacy, path))
    return report(`is ${showNumber(value)}, which Pulumi refuses; allowed is ${allowed(node)}`);
  if (node.secret === true) return [];
  if (value instanceof Unclear) {
    const isHidden = node.unshown === true || looksSecret(value.text);
    const shown = isHidden ? "has no quotes" : `is ${value.text} without quotes`;
    return report(`${shown}, which readers of YAML understand differently; ${value.remedy}`);
  }
  const isText = node.type === "string" && node.enum === undefined;
  if (!isText || !["number", "boolean"].includes(typeof value)) return [];
  return report(`is a ${typeof value} without quotes, and the setting is text; quote it`);
}
