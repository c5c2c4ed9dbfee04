/** What only Anthropic's Messages hold, within a request: blocks of its own, and files by id. */
import type { Reach } from "../../env.ts";
import { badRequest } from "../../refusal.ts";
import type { Tool } from "../conversation.ts";
import { requireReach } from "../reach.ts";
import { kindOfTool } from "../tool-kinds.ts";
import { reachOfBlock, type OwnBlock } from "./blocks.ts";
import type { Allowed } from "./tools.ts";

/** What the stack allows, and what of a request no other format can hold. */
export interface Scope extends Allowed {
  readonly own: Tool[];
}

/** Notes what no other format has. Throws a RefusalError where the stack does not allow it. */
export function noteOwn(
  scope: Scope,
  { reach, path, type }: { reach: Reach | undefined; path: string; type: string },
): readonly [] {
  if (reach !== undefined) requireReach(scope, reach, path);
  scope.own.push({ kind: "own", type, path });
  return [];
}

/** Notes a block that no other format has. */
export function readOwn(block: OwnBlock, path: string, scope: Scope): readonly [] {
  const { type } = block;
  const reach = type === "server_tool_use" ? reachOfUse(block, path) : reachOfBlock(block);
  return noteOwn(scope, { reach, path, type });
}

function reachOfUse({ name }: OwnBlock, path: string): Reach | undefined {
  // Code execution has names of its own for commands and files.
  const type = String(name).replace(/^(bash|text_editor)_code/, "code");
  const kind = kindOfTool(type);
  if (kind === undefined || kind.by === "client") {
    throw badRequest("unsupported_parameter", `${path}.name: no such tool is served here`, path);
  }
  return kind.by === "provider" ? kind.reach : undefined;
}
