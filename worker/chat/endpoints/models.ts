import type { Endpoint } from "./endpoint.ts";
import { describeModel } from "./model.ts";

/** Lists the stack's models. */
export const models: Endpoint = {
  method: "GET",
  path: "/v1/models",
  isGated: true,
  usesModel: false,
  answer: (context) =>
    context.json({
      object: "list",
      data: context.var.env.MODELS.map(({ id }) => describeModel(id)),
    }),
};
