/**
 * Finds settings that name others, and do not match them: a list's items to each other, fallbacks
 * and callers to models. They are reported beside other problems, even of the same item.
 */
import { quote } from "../looks-secret.ts";
import { SPEND_RULES } from "../platform.ts";
import { IDENTITIES, REPEATABLE, identityOf } from "./identities.ts";
import { DEFAULT_ALIAS } from "./providers.ts";
import { FORMATS, allowedFormats, isOfCallers, formatOf } from "./formats.ts";
import type { Problem } from "./problems.ts";
import { count } from "../words.ts";

/** Settings before they are checked, each model as a group. */
type Raw = Readonly<Record<string, unknown>>;

/** Finds every such problem. */
export function checkReferences(raw: Raw): readonly Problem[] {
  return [
    ...repeated(raw),
    ...wrongNames(raw),
    ...wrongFormats(raw),
    ...wrongStreams(raw),
    ...wrongFallbacks(raw),
    ...wrongCallerModels(raw),
    ...callersThatDiffer(raw),
    ...tooManySpendRules(raw),
    ...silenceWithoutEnd(raw),
    ...repeatedKeys(raw),
    ...keysWithoutStore(raw),
  ];
}

const TWICE = "is in the list twice; remove one";

function repeated(raw: Raw): readonly Problem[] {
  const lists = Object.entries(IDENTITIES).flatMap(([list, field]) =>
    duplicates(REPEATABLE.has(list) ? [] : valuesOf(raw[list], field)).map((index) => ({
      path: `${list}[${index}].${field}`,
      message: TWICE,
    })),
  );
  const models = duplicates(valuesOf(modelsIn(raw), "id"));
  const allow = duplicates(listOf(identityOf(raw["worker"], "allow")));
  return [
    ...lists,
    ...models.map((index) => ({ path: `worker.models[${index}]`, message: TWICE })),
    ...allow.map((index) => ({ path: `worker.allow[${index}]`, message: TWICE })),
  ];
}

/** Finds names that a caller could not tell from another model's id or name. */
function wrongNames(raw: Raw): readonly Problem[] {
  const models = modelsIn(raw);
  const ids = valuesOf(models, "id");
  const names = valuesOf(models, "name");
  return names.flatMap((name, index) =>
    name !== undefined && (ids.includes(name) || names.indexOf(name) < index)
      ? [
          {
            path: `worker.models[${index}].name`,
            message: `is ${show(name)}, which another model has; choose another`,
          },
        ]
      : [],
  );
}

/** Finds formats that no model of that kind takes. */
function wrongFormats(raw: Raw): readonly Problem[] {
  return modelsIn(raw).flatMap((model, index) => {
    const [id, speaks] = [identityOf(model, "id"), identityOf(model, "speaks")];
    const format = FORMATS.find((each) => each === speaks);
    const allowed = allowedFormats(String(id));
    if (format === undefined || typeof id !== "string" || allowed.includes(format)) return [];
    const message = `is ${show(speaks)}; allowed for ${show(id)} is ${allowed.join(" or ")}`;
    return [{ path: `worker.models[${index}].speaks`, message }];
  });
}

/** Finds streams that cannot pass unread, because no caller speaks their model's format. */
function wrongStreams(raw: Raw): readonly Problem[] {
  return modelsIn(raw).flatMap((model, index) => {
    const [id, said] = [identityOf(model, "id"), identityOf(model, "speaks")];
    const format =
      said === undefined ? formatOf(String(id)) : FORMATS.find((each) => each === said);
    const isWrong = format === undefined ? said === undefined : !isOfCallers(format);
    const path = `worker.models[${index}].stream`;
    const described = format === undefined ? "whose format is not known" : `which speaks ${format}`;
    const message = `is native for ${show(id)}, ${described}; only streams that a caller can read pass unread: remove it, or a model's own speaks must be chat, responses or messages`;
    return problemIf(identityOf(model, "stream") === "native" && isWrong, path, message);
  });
}

/**
 * Finds fallbacks that are not among the models: no caller could request such a model, and no
 * reviewer would see it. A name is none, since what stands behind it may change.
 */
function wrongFallbacks(raw: Raw): readonly Problem[] {
  const models = modelsIn(raw);
  const fallbacks = identityOf(raw["worker"], "fallbacks");
  if (models.length === 0 || !Array.isArray(fallbacks)) return [];
  return fallbacks.flatMap((fallback: unknown, index) => {
    if (typeof fallback !== "string" || valuesOf(models, "id").includes(fallback)) return [];
    const named = models.find((model) => identityOf(model, "name") === fallback);
    const meant = named === undefined ? "" : `, by id: ${show(identityOf(named, "id"))}`;
    const message = `is ${show(fallback)}; allowed is one of worker.models${meant}`;
    return [{ path: `worker.fallbacks[${index}]`, message }];
  });
}

function wrongCallerModels(raw: Raw): readonly Problem[] {
  const models = modelsIn(raw);
  const known = [...valuesOf(models, "id"), ...valuesOf(models, "name")];
  if (models.length === 0) return [];
  return listOf(raw["callers"]).flatMap((caller, place) => {
    const own = listOf(identityOf(caller, "models"));
    const path = `callers[${place}].models`;
    return own.flatMap((model, index) => [
      ...problemIf(own.indexOf(model) < index, `${path}[${index}]`, TWICE),
      ...problemIf(
        typeof model === "string" && !known.includes(model),
        `${path}[${index}]`,
        `is ${show(model)}; allowed is an id or a name of worker.models`,
      ),
    ]);
  });
}

const OWN = ["models", "limit", "limitUsd"] as const;

/** Finds tokens of one caller that would give it other rights: logs and limits know its name alone. */
function callersThatDiffer(raw: Raw): readonly Problem[] {
  const callers = listOf(raw["callers"]);
  const names = valuesOf(callers, "name");
  return callers.flatMap((caller, index) => {
    const first = names.indexOf(names[index]);
    return OWN.flatMap((field) => {
      const [mine, other] = [caller, callers[first]].map((each) =>
        JSON.stringify(identityOf(each, field)),
      );
      const message = `differs from callers[${first}].${field}, and both have the name ${show(names[index])}; write the same in both`;
      return problemIf(
        names[index] !== undefined && mine !== other,
        `callers[${index}].${field}`,
        message,
      );
    });
  });
}

/** Finds more limits of money than a gateway has, and one that a caller's limit would be taken for. */
function tooManySpendRules(raw: Raw): readonly Problem[] {
  const limits = valuesOf(raw["spendLimits"], "id");
  const limited = listOf(raw["callers"]).filter(
    (each) => identityOf(each, "limitUsd") !== undefined,
  );
  const callers = new Set(valuesOf(limited, "name"));
  const total = limits.length + callers.size;
  return [
    ...problemIf(
      callers.size > 0 && total > SPEND_RULES,
      "callers",
      `have ${count(callers.size, "limit")} in USD, and spendLimits ${limits.length}, together ${total}; a gateway has at most ${SPEND_RULES} (https://developers.cloudflare.com/ai-gateway/features/spend-limits/)`,
    ),
    ...limits.flatMap((id, index) =>
      problemIf(
        [...callers].some((name) => id === `caller-${String(name)}`),
        `spendLimits[${index}].id`,
        `is ${show(id)}, the name of that caller's own limit; choose another`,
      ),
    ),
  ];
}

/** Finds a limit of silence that the limit of the whole answer makes void. */
function silenceWithoutEnd({ worker }: Raw): readonly Problem[] {
  const [idle, whole] = ["idleSeconds", "timeoutSeconds"].map((name) =>
    Number(identityOf(worker, name)),
  );
  return problemIf(
    Number(idle) > Number(whole),
    "worker.idleSeconds",
    `is ${idle}, and timeoutSeconds is ${whole}, which ends the whole answer before; set it to ${whole} or less`,
  );
}

/** Finds a second key of a provider under one alias, of which the gateway has one. */
function repeatedKeys(raw: Raw): readonly Problem[] {
  const keys = listOf(raw["providers"]).map((key) => {
    const provider = identityOf(key, "provider");
    return provider === undefined
      ? undefined
      : JSON.stringify([provider, identityOf(key, "alias") ?? DEFAULT_ALIAS]);
  });
  return duplicates(keys).map((index) => ({
    path: `providers[${index}]`,
    message: "has provider and alias of another one; remove one, or give it another alias",
  }));
}

/** Finds keys that no Secrets Store could keep: the gateway looks them up in the one that it names. */
function keysWithoutStore(raw: Raw): readonly Problem[] {
  return problemIf(
    listOf(raw["providers"]).length > 0 && raw["secretsStoreId"] === undefined,
    "secretsStoreId",
    "is missing, while providers has keys; set it to the id of the account's Secrets Store, which npx wrangler secrets-store store list --remote prints",
  );
}

function modelsIn(raw: Raw): readonly unknown[] {
  return listOf(identityOf(raw["worker"], "models"));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Lists one field of each item; undefined where an item has none. */
function valuesOf(list: unknown, field: string): readonly unknown[] {
  return listOf(list).map((item) => identityOf(item, field));
}

/** Lists the indices of values that an earlier item has. */
function duplicates(values: readonly unknown[]): readonly number[] {
  return values.flatMap((value, index) =>
    value !== undefined && values.indexOf(value) < index ? [index] : [],
  );
}

function problemIf(condition: boolean, path: string, message: string): readonly Problem[] {
  return condition ? [{ path, message }] : [];
}

function show(value: unknown): string {
  return quote(String(value));
}
