/** Chooses among the models that a caller may use: the one it asks for, and those that stand in. */
import type { Caller, Env, Model } from "../env.ts";
import { RefusalError } from "../refusal.ts";

/** Lists the models that a caller may use: its own, or where it has none of its own, all. */
export function modelsOf(
  { MODELS }: Pick<Env, "MODELS">,
  { models: own }: Pick<Caller, "models">,
): readonly Model[] {
  return own === undefined ? MODELS : MODELS.filter(({ id }) => own.includes(id));
}

/** Finds a model by its id or its name. Throws a RefusalError for one that is not in the list. */
export function findModel(models: readonly Model[], asked: string): Model {
  const found = models.find(({ id, name }) => id === asked || name === asked);
  if (found !== undefined) return found;
  const shown = asked.length > 100 ? `${asked.slice(0, 100)}…` : asked;
  const served = models.flatMap(askedAs).join(", ");
  throw new RefusalError({
    status: 404,
    code: "model_not_found",
    param: "model",
    message: `model ${JSON.stringify(shown)} is not served here; served are ${served}`,
  });
}

/** Lists what a caller may ask for to get a model: its id, and its name where it has one. */
export function askedAs({ id, name }: Model): readonly string[] {
  return name === undefined ? [id] : [id, name];
}

/** Lists a model and those that stand in for it, as far as they are among the caller's. */
export function withFallbacks(
  { FALLBACKS }: Pick<Env, "FALLBACKS">,
  models: readonly Model[],
  model: Model,
): readonly Model[] {
  const others = FALLBACKS.flatMap((id) => models.filter((each) => each.id === id));
  return [...new Set([model, ...others])];
}
