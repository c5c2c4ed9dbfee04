import type { Model } from "../env.ts";
import { findModel } from "../models/choice.ts";
import type { Endpoint } from "./endpoint.ts";

/** Describes one of the caller's models, by its id or its name. */
export const model: Endpoint = {
  method: "GET",
  // A model's id has slashes, which OpenAI's SDK for JavaScript encodes and others send as they
  // are.
  path: "/v1/models/:id{.+}",
  isGated: true,
  answer(context) {
    const asked = context.req.param("id") ?? "";
    return context.json(describeModel(findModel(context.var.models, asked), asked));
  },
};

/**
 * Describes a model under its id or its name, with the fields of OpenAI's protocol and of
 * Anthropic's; `@cf/meta/llama-…` is owned by `meta`. Both require a date, and none is known here.
 * A name has the id behind it as its `root`, as other servers of OpenAI's protocol have it.
 */
export function describeModel({ id }: Model, asked: string): object {
  const owner = id.split("/").at(-2);
  return {
    id: asked,
    object: "model",
    created: 0,
    owned_by: owner ?? "",
    type: "model",
    display_name: asked,
    created_at: "1970-01-01T00:00:00Z",
    ...(asked !== id && { root: id }),
  };
}
