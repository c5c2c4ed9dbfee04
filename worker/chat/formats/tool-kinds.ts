/**
 * The one table of who carries out a tool. A client's tool comes back as a call; a provider's own
 * puts prompts where no page says, and is refused unless the stack allows it; an unknown one is
 * refused.
 */
import type { Reach } from "../env.ts";

/** Who carries out a tool: the caller, the model within its answer, or the provider elsewhere. */
export type ToolKind =
  | { readonly by: "client" | "model" }
  | { readonly by: "provider"; readonly reach: Reach };

const client: ToolKind = { by: "client" };
const provider = (reach: Reach): ToolKind => ({ by: "provider", reach });

/** The kinds of tools by their type, without the date of its version. */
const KINDS: ReadonlyMap<string, ToolKind> = new Map([
  // Anthropic: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview
  ["bash", client],
  ["text_editor", client],
  ["computer", client],
  ["computer_toolset", client],
  ["browser_toolset", client],
  ["memory", client],
  // It searches among the request's own tools, and sends them nowhere else.
  ["tool_search_tool_bm25", { by: "model" }],
  ["tool_search_tool_regex", { by: "model" }],
  ["web_search", provider("web_search")],
  ["web_fetch", provider("web_fetch")],
  ["code_execution", provider("code_execution")],
  ["mcp_toolset", provider("mcp")],
  // OpenAI: https://platform.openai.com/docs/guides/tools
  ["function", client],
  ["custom", client],
  // A group of functions, and the search among those that the request itself defers.
  ["namespace", client],
  ["tool_search", client],
  ["computer_use_preview", client],
  ["local_shell", client],
  // A shell in the provider's container says so in its environment.
  ["shell", client],
  ["apply_patch", client],
  ["web_search_preview", provider("web_search")],
  ["file_search", provider("file_search")],
  ["code_interpreter", provider("code_execution")],
  ["programmatic_tool_calling", provider("code_execution")],
  ["image_generation", provider("image_generation")],
  ["mcp", provider("mcp")],
]);

/** Returns who carries out a tool of this type; undefined for an unknown one. */
export function kindOfTool(type: string): ToolKind | undefined {
  return KINDS.get(type) ?? KINDS.get(type.replace(/_\d{4}_?\d{2}_?\d{2}$/, ""));
}
