/**
 * Stack files read without Pulumi, an account or a key. What only those know has a stand-in, so that the same check
 * serves; nothing here can open a secret.
 */
import { parseJson } from "../json.ts";
import { ENCRYPTED_HASH, TOKEN_HASH } from "../settings/caller-key.ts";
import { parseSettings, type ConfigValues } from "../settings/parse-settings.ts";
import type { Problem } from "../settings/problems.ts";
import { formatPath, hasNode, jsonSchemas, nodeAt, type Path } from "../settings/schema.ts";
import type { Settings } from "../settings/settings.ts";
import { isCipher, readStackFile, type StackFile } from "./stack-file.ts";
import type { Content } from "./yaml.ts";

/** A stack as its file declares it. */
export interface Stack {
  readonly name: string;
  /** Undefined where the file does not declare it in clear: it comes from the deploy's environment, or is encrypted. */
  readonly accountId: string | undefined;
  readonly settings: Settings;
  /** Settings of other namespaces, by full key (`cloudflare:baseUrl`); an encrypted one is `a secret`. */
  readonly others: ReadonlyMap<string, string>;
  /** The environments (Pulumi ESC) that the file names. */
  readonly environments: readonly string[];
  /** The last characters of each encrypted value, by path: another cipher may be another secret. */
  readonly ciphers: ReadonlyMap<string, string>;
}

export type Offline =
  | { readonly ok: true; readonly stack: Stack }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly environments: readonly string[];
    };

// No account has this id, and nobody this address. A header takes any text, and a key any hash.
const UNKNOWN_URL = "https://alerts.invalid/";
/** The secrets that are addresses. */
const SECRET_URLS: ReadonlySet<string> = new Set(["logs.alertUrl", "alerts.webhook"]);
const UNKNOWN_ACCOUNT_ID = "0".repeat(32);

/**
 * Reads and checks one stack file. A secret in clear is a problem, and so is anything else that is encrypted, since no
 * reviewer could read it. `project` is the project's name, if it is known. Throws as readStackFile does.
 */
export function parseStackFile(name: string, file: Content, project?: string): Offline {
  return checkStackFile(name, readStackFile(file, project));
}

/** Checks what a stack file has, as parseStackFile does. */
export function checkStackFile(name: string, file: StackFile): Offline {
  const { values, unclear, misplaced, others, environments } = file;
  if (file.noConfig !== undefined) return { ok: false, problems: [file.noConfig], environments };
  const { readable, unreadable } = withStandIns(values);
  const parsed = parseSettings({ accountId: UNKNOWN_ACCOUNT_ID, ...readable });
  const hidden = new Set([...unreadable, ...unclear].map(({ path }) => path));
  const problems = [
    // What is encrypted is not missing, and what is unclear has one remedy.
    ...(parsed.ok ? [] : parsed.problems.filter(({ path }) => !hidden.has(path))),
    ...unreadable,
    ...unclear,
    ...secretsInClear(values),
    ...misplaced,
  ];
  if (!parsed.ok || problems.length > 0) return { ok: false, problems, environments };

  const { settings } = parsed;
  const ciphers = listCiphers(values);
  const { accountId } = readable;
  return { ok: true, stack: { name, accountId, settings, others, environments, ciphers } };
}

/** The same settings with a stand-in for every secret, and what should not have been encrypted, or is empty. */
export function withStandIns(values: ConfigValues): {
  readonly readable: ConfigValues;
  readonly unreadable: readonly Problem[];
} {
  const unreadable: Problem[] = [];
  const readable = mapLeaves(values, (path, value) => {
    if (!isCipher(value)) return value;
    if (Object(value).secure === "") unreadable.push(emptySecret(formatPath(path)));
    // What no schema knows is told as that: that it is encrypted is then the smaller matter.
    if (SECRET_URLS.has(formatPath(path))) return UNKNOWN_URL;
    if (isSecret(path) || !hasNode(jsonSchemas.legacy, path)) return ENCRYPTED_HASH;
    // As if it were left out: which account it is decides nothing about the policy.
    if (formatPath(path) === "accountId") return undefined;
    unreadable.push({
      path: formatPath(path),
      message: "is encrypted, so that no reviewer can read it; set it again without --secret",
    });
    return undefined;
  });
  return { readable, unreadable };
}

/** `pulumi config set` never writes it: somebody has yet to set the secret. */
function emptySecret(path: string): Problem {
  const message = `is empty; set it with pulumi config set --secret --path 'ai-gateway:${path}'`;
  return { path, message };
}

/** A cipher ends with its authentication tag, of which no two are alike. */
function listCiphers(values: ConfigValues): ReadonlyMap<string, string> {
  const ciphers = new Map<string, string>();
  mapLeaves(values, (path, value) => {
    if (isCipher(value)) ciphers.set(formatPath(path), String(Object(value).secure).slice(-8));
    return value;
  });
  return ciphers;
}

/** Returns the same settings with every secret encrypted that may not stand in a stack file in clear. */
export function hideSecrets(values: ConfigValues): ConfigValues {
  return mapLeaves(values, (path, value) =>
    isSecret(path) && typeof value === "string" && !isAllowedInClear(path, value)
      ? { secure: "v1:hidden" }
      : value,
  );
}

function secretsInClear(values: ConfigValues): readonly Problem[] {
  const problems: Problem[] = [];
  mapLeaves(values, (path, value) => {
    // `{ secret: … }` for `{ secure: … }` is a slip that leaves the secret in clear.
    const place = [path, path.slice(0, -1)].find(isSecret);
    const isScalar = typeof value !== "object" && value !== "";
    const name = formatPath(place ?? []);
    const isTold = problems.some((known) => known.path === name);
    // What may stand in clear, the schema judges: encrypting it would only hide it from reviewers.
    const mayBeClear = nodeAt(jsonSchemas.legacy, place ?? []).mayBeClear === true;
    if (isScalar && place !== undefined && !isTold && !mayBeClear) {
      problems.push({
        path: name,
        message: `is a secret and stands in the file in clear; make a new one and set it with pulumi config set --secret --path 'ai-gateway:${name}'`,
      });
    }
    return value;
  });
  return problems;
}

/** Anything but a hash may be the token itself. */
function isAllowedInClear(path: Path, value: unknown): boolean {
  const { mayBeClear } = nodeAt(jsonSchemas.legacy, path);
  return mayBeClear === true && TOKEN_HASH.test(String(value));
}

function isSecret(path: Path): boolean {
  return nodeAt(jsonSchemas.legacy, path).secret === true;
}

type LeafMap = (path: Path, value: unknown) => unknown;

function mapLeaves(values: ConfigValues, change: LeafMap): ConfigValues {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, text]) => {
      const value = parseJson(text);
      // Only a group or a list can hold a cipher.
      if (typeof value !== "object" || value === null) return [[key, text]];
      const changed = mapLeaf(value, [key], change);
      if (changed === undefined) return [];
      return [[key, JSON.stringify(changed)]];
    }),
  );
}

function mapLeaf(value: unknown, path: Path, change: LeafMap): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => mapLeaf(item, [...path, index], change));
  }
  if (typeof value !== "object" || value === null || isCipher(value)) return change(path, value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapLeaf(item, [...path, key], change)]),
  );
}
