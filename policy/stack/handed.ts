import { ENCRYPTED_HASH } from "../settings/caller-key.ts";
import type { Problem } from "../settings/problems.ts";
import { formatPath, jsonSchemas, nodeAt, type Path } from "../settings/schema.ts";
import type { Settings } from "../settings/settings.ts";
import type { Stack } from "./stack.ts";

/** In place of a secret that no reviewer can read. */
const HIDDEN = "a secret";

export interface Handed {
  readonly settings: Settings;
  /** Settings of other namespaces, by full key: `cloudflare:baseUrl`. */
  readonly others: ReadonlyMap<string, string>;
}

/** Lists every setting that differs, with both values; of a secret only whether each side has it. */
export function findDifferences(handed: Handed, file: Stack): readonly Problem[] {
  const reviewed = listValues(file.settings, file);
  const deployed = [...listValues(handed.settings, file)].map(
    ([path, value]) => [path, reviewed.get(path) === HIDDEN ? HIDDEN : value] as const,
  );
  return [...compare(new Map(deployed), reviewed), ...compare(handed.others, file.others)];
}

/** Without the account where the file does not declare it in clear: it comes from the environment, or is encrypted. */
function listValues(
  { accountId, ...settings }: Settings,
  file: Stack,
): ReadonlyMap<string, string> {
  return flatten([], { ...settings, ...(file.accountId !== undefined && { accountId }) });
}

function compare(
  handed: ReadonlyMap<string, string>,
  file: ReadonlyMap<string, string>,
): readonly Problem[] {
  const paths = new Set([...handed.keys(), ...file.keys()]);
  return [...paths]
    .filter((path) => handed.get(path) !== file.get(path))
    .map((path) => ({
      path,
      message: `is ${handed.get(path) ?? "absent"}, and the stack file has ${file.get(path) ?? "none"}`,
    }));
}

/** By path, as text: `logs.collect` → `"full"`. */
function flatten(path: Path, value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const node = nodeAt(jsonSchemas.legacy, path);
  if (node.secret === true && (node.mayBeClear !== true || value === ENCRYPTED_HASH)) {
    return new Map([[formatPath(path), HIDDEN]]);
  }
  if (typeof value !== "object" || value === null) {
    return new Map([[formatPath(path), JSON.stringify(value)]]);
  }
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const inner = entries.flatMap(([key, item]) => [...flatten([...path, key], item)]);
  // An empty list or group is one, too.
  return new Map(inner.length > 0 ? inner : [[formatPath(path), JSON.stringify(value)]]);
}
