/** Compares the gateway's fields, as declared and as stored. */
import { asLogged } from "../../policy/gateway/callers.ts";
import { isRecord } from "../../policy/json.ts";
import { ROWS, gatewayFields, toApi } from "../../policy/gateway/mapping.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import type { Account } from "../account/account.ts";
import { deployAgain, judge, type Finding } from "../look/finding.ts";
import { hashKey } from "../look/caller.ts";
import { readGateway } from "../look/gateways.ts";

/** Checks every field of the deployed gateway. */
export async function checkGateway(account: Account): Promise<readonly Finding[]> {
  const { stack } = account;
  const { gatewayId } = stack.settings;
  const settings = await withLogNames(stack.settings);
  return judge(
    {
      about: `gateway ${gatewayId}`,
      answer: await readGateway(account, gatewayId),
      remedy: deployAgain(stack),
    },
    (found) => judgeGateway(settings, { ...found }),
    `all ${COMPARED.length} fields are as declared`,
  );
}

/** Gives callers the names that the gateway knows, where the key of their hash is known here. */
async function withLogNames(settings: Settings): Promise<Settings> {
  const key = hashKey();
  if (settings.anonymousCallers === undefined || key === undefined) return settings;
  const logged = await asLogged({ ...settings, anonymousCallers: { key } });
  return { ...logged, anonymousCallers: undefined };
}

/** The fields in the order of a report. The id is left out: it is how the gateway was found. */
const COMPARED = ROWS.filter(({ api }) => api !== "id").toSorted((a, b) =>
  a.api.localeCompare(b.api),
);

/** Describes each field that differs. Header values are secrets, and are not compared. */
export function judgeGateway(
  settings: Settings,
  found: Readonly<Record<string, unknown>>,
): readonly string[] {
  const declared = toApi(gatewayFields(settings));
  const areHidden = settings.anonymousCallers !== undefined;
  return COMPARED.flatMap(({ api: field, setting }) => {
    const [is, shouldBe] = [found[field], declared[field]].map((value) =>
      field === "spend_limits" ? comparableLimits(value, areHidden) : value,
    );
    if (canonical(field, is) === canonical(field, shouldBe)) return [];
    const source = setting ?? "every stack has it so";
    const difference =
      show(is) === show(shouldBe)
        ? "is not as declared"
        : `is ${show(is)}, declared is ${show(shouldBe)}`;
    return [`${field} ${difference} (${source})`];
  });
}

/** Returns a text that is equal where two values mean the same: several mean off. */
function canonical(field: string, value: unknown): string {
  const isDisabledGroup = field === "dlp" && isRecord(value) && value["enabled"] !== true;
  if (isDisabledGroup) return "off";
  const comparable = field === "otel" && Array.isArray(value) ? value.map(withoutSecrets) : value;
  return JSON.stringify(simplify(comparable) ?? "off");
}

/** Removes the values of headers. With other names it is another exporter. */
function withoutSecrets(otel: unknown): unknown {
  if (!isRecord(otel)) return otel;
  const { headers, content_type = "json", ...rest } = otel;
  return { ...rest, content_type, headers: isRecord(headers) ? Object.keys(headers) : [] };
}

/** Returns spend limits in one form: those that limit nothing, switched on or not, are none. */
function comparableLimits(limits: unknown, areCallersHidden: boolean): unknown {
  if (!isRecord(limits)) return limits;
  const { enabled, rules } = limits;
  const areNone = rules === undefined || (Array.isArray(rules) && rules.length === 0);
  if (enabled !== true || areNone) return null;
  return areCallersHidden ? withoutCallers(limits) : limits;
}

/**
 * Removes the names of callers from their limits of money: the gateway has hashes, whose key only
 * the deploy knows. How many they are, and how much each may spend, is still compared.
 */
function withoutCallers(limits: unknown): unknown {
  if (!isRecord(limits) || !Array.isArray(limits["rules"])) return limits;
  const rules = limits["rules"].map((rule: unknown) => {
    const caller: unknown = Object(Object(rule).metadata).caller;
    if (!isRecord(rule) || Object(caller).mode !== "filter") return rule;
    return { ...rule, id: "caller", metadata: { caller: "one" } };
  });
  return { ...limits, rules };
}

/** Removes what is empty, and sorts what has no order; undefined where nothing remains. */
function simplify(value: unknown): unknown {
  if (value === null || value === "" || value === 0 || value === false) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(simplify(item))).toSorted();
    return items.length > 0 ? items : undefined;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, simplify(item)] as const)
    .filter(([, item]) => item !== undefined)
    .toSorted(([a], [b]) => a.localeCompare(b));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Formats a value. A group, which may hold a secret, and a key are shown as `on`. */
function show(value: unknown): string {
  if (value === undefined) return "not set";
  if (simplify(value) === undefined) return "off";
  const text = JSON.stringify(value);
  return typeof value === "object" || text.length > 80 ? "on" : text;
}
