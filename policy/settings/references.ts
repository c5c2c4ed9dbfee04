/**
 * Finds settings that name others, and do not match them: a list's items to each other, fallbacks
 * and callers to models. They are reported beside other problems, even of the same item.
 */
import { quote } from "../looks-secret.ts";
import { SPEND_RULES } from "../platform.ts";
import { ENCRYPTED_HASH, TOKEN_HASH } from "./caller-key.ts";
import { DEFAULT_ALIAS } from "./providers.ts";
import { FORMATS, allowedFormats, formatOf, isEmbeddingModel, isOfCallers } from "./formats.ts";
import { problemIf, problemsIn, type Problem } from "./problems.ts";
import { repeated, twice, valuesOf } from "./repeats.ts";
import { count } from "../words.ts";

/** A group of settings before it is checked, each model as a group. */
type Raw = Readonly<Record<string, unknown>>;

/** Finds every such problem. */
export function checkReferences(raw: Raw): readonly Problem[] {
  const models = groupsOf(groupOf(raw["worker"])["models"]);
  return [
    ...repeated(raw),
    ...problemsIn("worker.models[].name", models, (model, index) =>
      wrongName(models, model, index),
    ),
    ...problemsIn("worker.models[].speaks", models, wrongFormat),
    ...problemsIn("worker.models[].stream", models, wrongStream),
    ...wrongFallbacks(raw, models),
    ...wrongCallerModels(raw, models),
    ...callersThatDiffer(raw),
    ...sharedTokens(raw),
    ...tooManySpendRules(raw),
    ...silenceWithoutEnd(raw),
    ...repeatedKeys(raw),
    ...keysWithoutStore(raw),
  ];
}

/** Finds a name that a caller could not tell from another model's id or name. */
function wrongName(models: readonly Raw[], { name }: Raw, index: number) {
  const isTaken =
    valuesOf(models, "id").includes(name) || valuesOf(models, "name").indexOf(name) < index;
  return (
    name !== undefined && isTaken && `is ${show(name)}, which another model has; choose another`
  );
}

/** Finds a format that no model of that kind takes. */
function wrongFormat({ id, speaks }: Raw) {
  const format = FORMATS.find((each) => each === speaks);
  const allowed = allowedFormats(String(id));
  const isWrong = format !== undefined && typeof id === "string" && !allowed.includes(format);
  return isWrong && `is ${show(speaks)}; allowed for ${show(id)} is ${allowed.join(" or ")}`;
}

/** Finds streams that cannot pass unread: a model has none, or no caller speaks its format. */
function wrongStream({ id, speaks, stream }: Raw) {
  if (stream !== "native") return undefined;
  const wrong = `is native for ${show(id)}`;
  if (isEmbeddingModel(String(id)))
    return `${wrong}, which makes embeddings and has no stream; remove it`;
  const format =
    speaks === undefined ? formatOf(String(id)) : FORMATS.find((each) => each === speaks);
  const isWrong = format === undefined ? speaks === undefined : !isOfCallers(format);
  const described = format === undefined ? "whose format is not known" : `which speaks ${format}`;
  return (
    isWrong &&
    `${wrong}, ${described}; only streams that a caller can read pass unread: remove it, or a model's own speaks must be chat, responses or messages`
  );
}

/**
 * Finds fallbacks that are not among the models: no caller could request such a model, and no
 * reviewer would see it. A name is none, since what stands behind it may change.
 */
function wrongFallbacks({ worker }: Raw, models: readonly Raw[]): readonly Problem[] {
  if (models.length === 0) return [];
  const fallbacks = listOf(groupOf(worker)["fallbacks"]);
  return problemsIn("worker.fallbacks[]", fallbacks, (fallback) => {
    if (typeof fallback !== "string" || valuesOf(models, "id").includes(fallback)) return undefined;
    const named = models.find(({ name }) => name === fallback);
    const meant = named === undefined ? "" : `, by id: ${show(named["id"])}`;
    return `is ${show(fallback)}; allowed is one of worker.models${meant}`;
  });
}

function wrongCallerModels({ callers }: Raw, models: readonly Raw[]): readonly Problem[] {
  if (models.length === 0) return [];
  const known = [...valuesOf(models, "id"), ...valuesOf(models, "name")];
  return groupsOf(callers).flatMap((caller, place) => {
    const own = listOf(caller["models"]);
    const path = `callers[${place}].models[]`;
    return problemsIn(
      path,
      own,
      (model) =>
        typeof model === "string" &&
        !known.includes(model) &&
        `is ${show(model)}; allowed is an id or a name of worker.models`,
    );
  });
}

const OWN = ["models", "limit", "limitUsd"] as const;

/** Finds tokens of one caller that would give it other rights: logs and limits know its name alone. */
function callersThatDiffer(raw: Raw): readonly Problem[] {
  const callers = groupsOf(raw["callers"]);
  const names = valuesOf(callers, "name");
  return OWN.flatMap((field) =>
    problemsIn(`callers[].${field}`, callers, ({ name, [field]: own }) => {
      const first = names.indexOf(name);
      return (
        name !== undefined &&
        JSON.stringify(own) !== JSON.stringify(callers[first]?.[field]) &&
        `differs from callers[${first}].${field}, and both have the name ${show(name)}; write the same in both`
      );
    }),
  );
}

/** Finds tokens of two callers: each call would count for one of them, whoever made it. */
function sharedTokens({ callers }: Raw): readonly Problem[] {
  const all = groupsOf(callers);
  // No two that are encrypted can be compared, and what is no hash is reported as that.
  const hashes = valuesOf(callers, "sha256").map((hash) =>
    hash !== ENCRYPTED_HASH && TOKEN_HASH.test(String(hash)) ? hash : undefined,
  );
  return problemsIn("callers[].sha256", all, ({ name }, index) => {
    const first = hashes.indexOf(hashes[index]);
    const other = all[first]?.["name"];
    const isNamed = name !== undefined && other !== undefined;
    if (hashes[index] === undefined || first === index || !isNamed) return undefined;
    const same = `is that of callers[${first}], too`;
    if (name === other) return `${same}; remove one`;
    return `${same}: one token for ${show(other)} and ${show(name)}; make one of its own for each with npm run caller`;
  });
}

/** Finds more limits of money than a gateway has, and one that a caller's limit would be taken for. */
function tooManySpendRules({ callers, spendLimits }: Raw): readonly Problem[] {
  const limits = valuesOf(spendLimits, "id");
  const limited = groupsOf(callers).filter(({ limitUsd }) => limitUsd !== undefined);
  const names = new Set(valuesOf(limited, "name"));
  const total = limits.length + names.size;
  return [
    ...problemIf(
      names.size > 0 && total > SPEND_RULES,
      "callers",
      `have ${count(names.size, "limit")} in USD, and spendLimits ${limits.length}, together ${total}; a gateway has at most ${SPEND_RULES} (https://developers.cloudflare.com/ai-gateway/features/spend-limits/)`,
    ),
    ...problemsIn(
      "spendLimits[].id",
      limits,
      (id) =>
        [...names].some((name) => id === `caller-${String(name)}`) &&
        `is ${show(id)}, the name of that caller's own limit; choose another`,
    ),
  ];
}

/** Finds a limit of silence that the limit of the whole answer makes void. */
function silenceWithoutEnd({ worker }: Raw): readonly Problem[] {
  const { idleSeconds: idle, timeoutSeconds: whole } = groupOf(worker);
  return problemIf(
    Number(idle) > Number(whole),
    "worker.idleSeconds",
    `is ${Number(idle)}, and timeoutSeconds is ${Number(whole)}, which ends the whole answer before; set it to ${Number(whole)} or less`,
  );
}

/** Finds a second key of a provider under one alias, of which the gateway has one. */
function repeatedKeys({ providers }: Raw): readonly Problem[] {
  const keys = groupsOf(providers).map(({ provider, alias = DEFAULT_ALIAS }) =>
    provider === undefined ? undefined : JSON.stringify([provider, alias]),
  );
  const message = "has provider and alias of another one; remove one, or give it another alias";
  return twice("providers[]", keys, message);
}

/** Finds keys that no Secrets Store could keep: the gateway looks them up in the one that it names. */
function keysWithoutStore({ providers, secretsStoreId }: Raw): readonly Problem[] {
  return problemIf(
    listOf(providers).length > 0 && secretsStoreId === undefined,
    "secretsStoreId",
    "is missing, while providers has keys; set it to the id of the account's Secrets Store, which npx wrangler secrets-store store list --remote prints",
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns a group as it is; what is none has no settings. */
function groupOf(value: unknown): Raw {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function groupsOf(list: unknown): readonly Raw[] {
  return listOf(list).map(groupOf);
}

function show(value: unknown): string {
  return quote(String(value));
}
