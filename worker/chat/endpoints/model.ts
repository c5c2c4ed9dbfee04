import { requireModel } from "../refusal.ts";
import type { Endpoint } from "./endpoint.ts";

/** Describes one of the stack's models. */
export const model: Endpoint = {
  method: "GET",
  // A model's id has slashes, which OpenAI's SDK for JavaScript encodes and others send as they
  // are.
  path: "/v1/models/:id{.+}",
  isGated: true,
  usesModel: false,
  answer(context) {
    const id = context.req.param("id") ?? "";
    requireModel(
      id,
      context.var.env.MODELS.map((each) => each.id),
    );
    return context.json(describeModel(id));
  },
};

/**
 * Describes a model; `@cf/meta/llama-…` is owned by `meta`. The protocol requires a date, and none
 * is known here.
 */
export function describeModel(id: string): object {
  const owner = id.split("/").at(-2);
  return { id, object: "model", created: 0, owned_by: owner ?? "" };
}
