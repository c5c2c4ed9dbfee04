/**
 * From an existing gateway back to the settings that would declare it, as far as settings can. What they cannot say is
 * left out here; a comparison of the two then finds it (adopt.ts), so that nothing has to be listed twice.
 */
import { z } from "zod";

import { ROWS } from "../../policy/gateway/mapping.ts";
import { jsonSchemas, type Node } from "../../policy/settings/schema.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";

export type RawSettings = Readonly<Record<string, unknown>>;

/** Without these two no answer describes a gateway. */
const gateway = z.looseObject({ id: z.string(), collect_logs: z.boolean() });

/** Settings as a stack file would have them, in its order, with header values left empty. */
export function toSettings(found: unknown, system: LogSystem): RawSettings {
  const fields: RawSettings = gateway.parse(found);
  const values = ROWS.map(({ api, setting, toSetting }) => [setting, toSetting?.(fields[api])]);
  return toGroup(jsonSchemas[system], { ...Object.fromEntries(values), logSystem: system });
}

/** Puts values, by their paths, into a group of the stack file. What is as if it were absent is left out. */
function toGroup(group: Node, values: RawSettings, prefix = ""): RawSettings {
  const entries = Object.entries(group.properties ?? {}).map(([key, node]) => {
    const path = `${prefix}${key}`;
    const value = values[path] ?? toWhole(node, values, path);
    return [key, value === node.default ? undefined : value] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Undefined where a setting that the group requires has no value: what it says, it says whole. */
function toWhole(node: Node, values: RawSettings, path: string): RawSettings | undefined {
  if (node.properties === undefined) return undefined;
  const inner = toGroup(node, values, `${path}.`);
  return node.required?.every((key) => key in inner) === true ? inner : undefined;
}
