/** The gateway's fields, declared against stored. */
import { ROWS, gatewayFields, toApi } from "../../policy/gateway/mapping.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { tryAsk, type Account } from "../account/account.ts";
import { deployAgain, verdict, withRemedy, withoutAnswer, type Finding } from "../look/finding.ts";

export async function checkGateway({
  stack,
  accountId,
  cloudflare,
}: Account): Promise<readonly Finding[]> {
  const { gatewayId } = stack.settings;
  const about = `gateway ${gatewayId}`;
  const remedy = deployAgain(stack);
  const question = cloudflare.aiGateway.get(gatewayId, { account_id: accountId });
  const answer = await tryAsk("AI Gateway Read", question);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, remedy);
  const problems = judgeGateway(stack.settings, { ...answer.value });
  return verdict(
    about,
    withRemedy(problems, remedy),
    `all ${COMPARED.length} fields are as declared`,
  );
}

/** The fields in the order of a report. By its id the gateway was found. */
const COMPARED = ROWS.filter(({ api }) => api !== "id").toSorted((a, b) =>
  a.api.localeCompare(b.api),
);

/** Each field that differs from what the stack file makes of it. Header values are secrets, and are not compared. */
export function judgeGateway(
  settings: Settings,
  found: Readonly<Record<string, unknown>>,
): readonly string[] {
  const declared = toApi(gatewayFields(settings));
  return COMPARED.flatMap(({ api: field, setting }) => {
    const [is, shouldBe] = [found[field], declared[field]];
    if (canonical(field, is) === canonical(field, shouldBe)) return [];
    const source = setting ?? "every stack has it so";
    const difference =
      show(is) === show(shouldBe)
        ? "is not as declared"
        : `is ${show(is)}, declared is ${show(shouldBe)}`;
    return [`${field} ${difference} (${source})`];
  });
}

/** Text that is equal where two values mean the same: the API has several words for off. */
function canonical(field: string, value: unknown): string {
  const isDisabledGroup =
    (field === "dlp" || field === "spend_limits") && isRecord(value) && value["enabled"] !== true;
  if (isDisabledGroup) return "off";
  const comparable = field === "otel" && Array.isArray(value) ? value.map(withoutSecrets) : value;
  return JSON.stringify(simplify(comparable) ?? "off");
}

/** Header names stay: an exporter that sends another header is another exporter. */
function withoutSecrets(otel: unknown): unknown {
  if (!isRecord(otel)) return otel;
  const { headers, content_type = "json", ...rest } = otel;
  return { ...rest, content_type, headers: isRecord(headers) ? Object.keys(headers) : [] };
}

/** Without what is empty, and in one order: neither lists of rules nor groups have one. Undefined where nothing is left. */
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

/** Of a group only that it is there: it may hold a secret. So of a key, which would fill the screen. */
function show(value: unknown): string {
  if (value === undefined) return "not set";
  if (simplify(value) === undefined) return "off";
  const text = JSON.stringify(value);
  return typeof value === "object" || text.length > 80 ? "on" : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
