/** Reads the tools of a request in OpenAI's Responses format. */
import { z } from "zod";

import type { ViewTool } from "../view.ts";
import { TOOLS } from "./fields.ts";

const functionTool = z.looseObject({
  type: z.literal("function"),
  name: z.string(),
  parameters: z.unknown().optional(),
});
const customTool = z.looseObject({ type: z.literal("custom"), name: z.string() });

/** A tool. A namespace is several of one origin, whose calls name it. */
export const responsesTool = z.discriminatedUnion("type", [
  functionTool,
  customTool,
  z.looseObject({
    type: z.literal("namespace"),
    name: z.string(),
    tools: z.array(z.discriminatedUnion("type", [functionTool, customTool])),
  }),
  z.looseObject({ type: z.enum(TOOLS).exclude(["function", "custom", "namespace"]) }),
]);
type ResponsesTool = z.output<typeof responsesTool>;

/** Lists the tools that the model can call; what the API or a client has of its own, it leaves. */
export function toViewTools(tools: readonly ResponsesTool[]): readonly ViewTool[] {
  return tools.flatMap((tool): readonly ViewTool[] => {
    if (tool.type === "namespace") {
      const { name: namespace } = tool;
      return toViewTools(tool.tools).map((inner) => ({ ...inner, namespace }));
    }
    if (tool.type !== "function" && tool.type !== "custom") return [];
    return [{ name: tool.name, schema: tool["parameters"], isCustom: tool.type === "custom" }];
  });
}
