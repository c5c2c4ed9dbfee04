import { askedAs } from "../models/choice.ts";
import type { Endpoint } from "./endpoint.ts";
import { describeModel } from "./model.ts";

/**
 * Lists the caller's models, each under its id, and under its name where it has one. The list is
 * whole, which clients of Anthropic's protocol read from the fields at its end.
 */
export const models: Endpoint = {
  method: "GET",
  path: "/v1/models",
  isGated: true,
  answer(context) {
    const named = context.var.models.flatMap((each) =>
      askedAs(each).map((asked) => ({ each, asked })),
    );
    return context.json({
      object: "list",
      data: named.map(({ each, asked }) => describeModel(each, asked)),
      has_more: false,
      first_id: named[0]?.asked ?? null,
      last_id: named.at(-1)?.asked ?? null,
    });
  },
};
