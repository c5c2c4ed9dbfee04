import { askedAs } from "../models/choice.ts";
import type { Endpoint } from "./endpoint.ts";
import { describeModel } from "./model.ts";

/** Lists the caller's models, each under its id, and under its name where it has one. */
export const models: Endpoint = {
  method: "GET",
  path: "/v1/models",
  isGated: true,
  usesModel: false,
  answer: (context) =>
    context.json({
      object: "list",
      data: context.var.models.flatMap((each) =>
        askedAs(each).map((asked) => describeModel(each, asked)),
      ),
    }),
};
