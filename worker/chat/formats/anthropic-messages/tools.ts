/** The tools of a request in Anthropic's Messages format. */
import * as v from "valibot";

import type { Env } from "../../env.ts";
import { badRequest } from "../../refusal.ts";
import type { Tool, ToolChoice } from "../conversation.ts";
import { plainObject } from "../plain-object.ts";
import { requireReach } from "../reach.ts";
import { kindOfTool } from "../tool-kinds.ts";
import { cacheControl } from "./blocks.ts";

/** What the stack allows a request to ask of the provider. */
export type Allowed = Pick<Env, "ALLOW">;

const name = v.pipe(v.string(), v.minLength(1));
const custom = v.looseObject({
  type: v.nullish(v.literal("custom")),
  name,
  description: v.nullish(v.string()),
  input_schema: plainObject,
  strict: v.nullish(v.boolean()),
  cache_control: cacheControl,
});
const own = v.looseObject({ type: v.string(), cache_control: cacheControl });

type RawTool = v.InferOutput<typeof custom> | v.InferOutput<typeof own>;

/** A tool: one with a schema of its own, or one that Anthropic defines. */
export const tool = v.lazy((value): v.GenericSchema<RawTool> => {
  const { type }: { readonly type?: unknown } = Object(value);
  return type === undefined || type === null || type === "custom" ? custom : own;
});

const disable_parallel_tool_use = v.nullish(v.boolean());

/** Which tools the model may or must call. */
export const toolChoice = v.variant("type", [
  v.object({ type: v.picklist(["auto", "any", "none"]), disable_parallel_tool_use }),
  v.object({ type: v.literal("tool"), name, disable_parallel_tool_use }),
]);

/** Reads a tool. Throws a RefusalError for one that the stack does not allow. */
export function readTool(given: RawTool, place: number, env: Allowed): Tool {
  if (v.is(custom, given)) {
    const { description, input_schema, strict } = given;
    return {
      kind: "function",
      name: given.name,
      description: description ?? undefined,
      schema: input_schema,
      strict: strict ?? undefined,
    };
  }
  const { type } = given;
  const path = `tools.${place}.type`;
  // Anthropic's own tools have a date; the table has OpenAI's as well.
  const kind = /_\d{8}$|^mcp_toolset$/.test(type) ? kindOfTool(type) : undefined;
  if (kind === undefined) {
    throw badRequest("unsupported_parameter", `${path}: no such tool is served here`, path);
  }
  if (kind.by === "provider") requireReach(env, kind.reach, path);
  return { kind: "own", type, path: `tools.${place}` };
}

/** Reads which tools the model may or must call. */
export function readToolChoice(choice: v.InferOutput<typeof toolChoice>): ToolChoice {
  if (choice.type === "tool") return { mode: "required", only: [choice.name] };
  return { mode: choice.type === "any" ? "required" : choice.type };
}
