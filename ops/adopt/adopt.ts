/** Writes a stack file for a gateway that exists, and lists what no file can declare of it. */
import { stringify } from "yaml";

import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { formatProblem } from "../../policy/settings/problems.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";
import { judgeGateway } from "../verify/gateway.ts";
import { toSettings, type RawSettings } from "./to-settings.ts";

/** The stack file of an existing gateway, or why there can be none. */
export type Adoption =
  | { readonly ok: false; readonly problems: readonly string[] }
  | {
      readonly ok: true;
      /**
       * The stack file; undefined where there is one that declares the gateway. What only a person
       * knows is empty in it, and no rule accepts it so.
       */
      readonly text?: string | undefined;
      /** The changes that the first `pulumi up` makes to the gateway. */
      readonly changes: readonly string[];
      /** The paths of secrets that the file lacks, such as `exports[0].headers.Authorization`. */
      readonly secrets: readonly string[];
    };

type Written = Extract<Adoption, { readonly ok: true }> & { readonly text: string };

/** Makes the stack file of a gateway as the API returned it. */
export function adoptGateway(
  found: Readonly<Record<string, unknown>>,
  system: LogSystem,
): Extract<Adoption, { readonly ok: false }> | Written {
  const settings = toSettings(found, system);
  const parsed = parseSettings(toConfig({ ...settings, ...STAND_INS }));
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(formatProblem) };
  const differences = judgeGateway(parsed.settings, found);
  const problems = differences.filter((text) => !isIndifferent(text.split(" ")[0] ?? "", found));
  if (problems.length > 0) return { ok: false, problems: problems.map(withWay) };
  return {
    ok: true,
    text: toStackFile(settings),
    changes: differences,
    secrets: secretsOf(settings),
  };
}

/** Checks whether a difference loses nothing: every stack sets the field one way. */
function isIndifferent(field: string, found: Readonly<Record<string, unknown>>): boolean {
  if (field.startsWith("log_management")) return (found[field] ?? null) === null;
  const isUnused = !found["rate_limiting_limit"];
  if (/^rate_limiting_(?:interval|technique)$/.test(field)) return isUnused;
  return field === "cache_invalidate_on_update";
}

/** Adds the way to what has one: a job of Logpush cannot be imported, nor can its keys be read. */
function withWay(problem: string): string {
  if (!problem.startsWith("logpush ")) return problem;
  return `${problem}; switch it off, adopt, and declare logpush with a bucket of its own: the job that copies now is no resource that Pulumi can import`;
}

/** Settings that a gateway does not show. They serve the check alone, and none reaches the file. */
const STAND_INS = {
  accountId: "0".repeat(32),
  plan: "paid",
  tier: "development",
  worker: { name: "adopted", models: ["@cf/a/b"] },
};

function toConfig(settings: RawSettings): Record<string, string> {
  const filled = JSON.stringify(settings, (_, value: unknown) => (value === "" ? "?" : value));
  return Object.fromEntries(
    Object.entries(Object(JSON.parse(filled))).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function toStackFile({ gatewayId, exports, ...rest }: RawSettings): string {
  const copies = Array.isArray(exports)
    ? { exports: exports.map(({ headers, ...copy }: RawSettings) => copy) }
    : {};
  const known = Object.entries({ gatewayId, ...rest, ...copies }).map(
    ([key, value]) => [`ai-gateway:${key}`, value] as const,
  );
  return `# yaml-language-server: $schema=policy/stack-file.schema.json
# Fill in what is empty: a gateway does not show it. Where logs.collect is none, the gateway collects nothing by itself:
# metadata would declare the same gateway, and let the Worker log its own calls without bodies.
${stringify({ config: Object.fromEntries(known) }, YAML)}${TO_FILL}`;
}

// Values are quoted: Pulumi's reader sees numbers and days where this writer sees none.
const YAML = { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 } as const;

const TO_FILL = `  ai-gateway:plan: "" # the account's Workers plan: free or paid
  ai-gateway:tier: production # how strict the rules are: development or production
  ai-gateway:worker:
    name: "" # of the Worker that the stack makes in front of the gateway
    models: [] # what a caller may ask for, such as "@cf/openai/gpt-oss-120b"
    workersDev: true
`;

function secretsOf({ exports }: RawSettings): readonly string[] {
  if (!Array.isArray(exports)) return [];
  return exports.flatMap(({ headers }: { readonly headers?: object }, index) =>
    Object.keys(headers ?? {}).map((name) => `exports[${index}].headers.${name}`),
  );
}

/**
 * Makes the command that takes a gateway into a stack's state. It names no component above the
 * gateway, which the program's own alias provides (infra/gateway.ts).
 */
export function importCommand(
  stack: string,
  { accountId, gatewayId }: { readonly accountId: string; readonly gatewayId: string },
): string {
  return `pulumi import --stack ${stack} cloudflare:index/aiGateway:AiGateway gateway ${accountId}/${gatewayId}`;
}
