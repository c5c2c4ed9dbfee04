import type { Model } from "../env.ts";
import { requireModel } from "../refusal.ts";

/** Finds a model by its id or its name. Throws a RefusalError for one that is not served. */
export function findModel(models: readonly Model[], asked: string): Model {
  const found = models.find(({ id, name }) => id === asked || name === asked);
  if (found !== undefined) return found;
  requireModel(
    asked,
    models.map(({ id }) => id),
  );
  throw new Error("unreachable");
}
