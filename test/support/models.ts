/** Makes models as the binding MODELS has them. */
import * as v from "valibot";

import { formatOf } from "../../policy/settings/formats.ts";
import { own } from "../../worker/bindings.ts";
import type { Model } from "../../worker/chat/env.ts";

/** Makes the models of some ids; each speaks the form that its provider's models take. */
export function models(...ids: readonly string[]): readonly Model[] {
  return ids.map(modelOf);
}

/** Makes the model of an id. */
export function modelOf(id: string): Model {
  return { id: v.parse(own, id), speaks: formatOf(id) ?? "chat" };
}
