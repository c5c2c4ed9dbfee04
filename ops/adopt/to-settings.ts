/** Converts a gateway to settings. What they cannot declare is left out: adopt.ts compares both. */
import { z } from "zod";

import { ROWS } from "../../policy/gateway/mapping.ts";
import { jsonSchemas, type Node } from "../../policy/settings/schema.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";

/** Settings, or a group of them, before they are checked. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** The two fields without which a response describes no gateway. */
const gateway = z.looseObject({ id: z.string(), collect_logs: z.boolean() });

/** Makes settings in the order of a stack file, with header values left empty. */
export function toSettings(found: unknown, system: LogSystem): RawSettings {
  const fields: RawSettings = gateway.parse(found);
  const values = ROWS.map(({ api, setting, toSetting }) => [setting, toSetting?.(fields[api])]);
  return toGroup(jsonSchemas[system], { ...Object.fromEntries(values), logSystem: system });
}

/** Puts values, by path, into a group of the stack file, without those that are defaults. */
function toGroup(group: Node, values: RawSettings, prefix = ""): RawSettings {
  const entries = Object.entries(group.properties ?? {}).map(([key, node]) => {
    const path = `${prefix}${key}`;
    const value = values[path] ?? toWhole(node, values, path);
    return [key, value === node.default ? undefined : value] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Makes an inner group; undefined where it lacks a value: a group is declared whole. */
function toWhole(node: Node, values: RawSettings, path: string): RawSettings | undefined {
  if (node.properties === undefined) return undefined;
  const inner = toGroup(node, values, `${path}.`);
  return node.required?.every((key) => key in inner) === true ? inner : undefined;
}
