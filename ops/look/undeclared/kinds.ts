/** Looks for all that decides what becomes of prompts, and that no stack file declares. */
import { inDashboard, type Permission } from "../../../policy/platform.ts";
import { list } from "../../../policy/words.ts";
import { finding, notLookedAt, type Finding } from "../finding.ts";
import { analyticsReaders } from "./analytics-readers.ts";
import { customProviders } from "./custom-providers.ts";
import { datasets } from "./datasets.ts";
import { dynamicRoutes } from "./dynamic-routes.ts";
import { evaluations } from "./evaluations.ts";
import { identityPolicies } from "./identity-policies.ts";
import type { Kind, Place } from "./kind.ts";
import { members } from "./members.ts";
import { modelAliases } from "./model-aliases.ts";
import { notifications } from "./notifications.ts";
import { transformers } from "./transformers.ts";

const KINDS: readonly Kind[] = [
  identityPolicies,
  dynamicRoutes,
  modelAliases,
  customProviders,
  datasets,
  evaluations,
  transformers,
  notifications,
  analyticsReaders,
  members,
];

/** The permissions with which all of it can be read. */
export const NEEDED: readonly Permission[] = [...new Set(KINDS.map(({ needs }) => needs))];

/**
 * Looks at every kind. The kinds of which there is nothing share the first finding; one that cannot
 * be read is reported as unknown, never as absent.
 */
export async function lookAtUndeclared(place: Place): Promise<readonly Finding[]> {
  const looks = await Promise.all(
    KINDS.map(async (kind) => ({ kind, found: await look(kind, place) })),
  );
  const absent = looks.filter(({ found }) => found.length === 0).map(({ kind }) => kind.name);
  const others = looks.flatMap(({ found }) => found);
  if (absent.length === 0) return others;
  const nothing = others.every(({ kind }) => kind === "unknown") ? "nothing else: " : "";
  return [finding("kept", "undeclared", `${nothing}no ${list(absent)}`), ...others];
}

async function look(kind: Kind, place: Place): Promise<readonly Finding[]> {
  const answer = await kind.look(place);
  if (answer.kind === "answer") return answer.value;
  const missing = `the API has no such list for this token, which needs ${inDashboard(kind.needs)}, or the account has none of them yet`;
  return [notLookedAt(kind.name, answer, missing)];
}
