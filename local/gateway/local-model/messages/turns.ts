/** Reads and checks the messages of a request in Anthropic's form. */
import { anthropicRefusal } from "../refusal.ts";
import { textOf, type Entry } from "../view.ts";
import { blocksOf, checkBlock, type Block, type Message } from "./blocks.ts";

/** Neighbouring messages of one role, as the API joins them. */
export interface Turn {
  readonly role: string;
  /** The place of its first message. */
  readonly index: number;
  readonly blocks: readonly Block[];
}

/** Joins neighbouring messages of one role. */
export function mergeTurns(messages: readonly Message[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = blocksOf(content);
    const last = turns.at(-1);
    if (last?.role === role)
      turns.push({ ...turns.pop(), ...last, blocks: [...last.blocks, ...blocks] });
    else turns.push({ role, index, blocks });
  }
  return turns;
}

/** Checks the messages one by one, and results of tools against their calls. */
export function checkTurns(
  model: string,
  messages: readonly Message[],
  turns: readonly Turn[],
): void {
  for (const [index, { role, content }] of messages.entries()) {
    checkRole(role, index);
    const isLast = index === messages.length - 1;
    if (content.length === 0 && !(isLast && role === "assistant")) {
      throw anthropicRefusal(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    }
    for (const [at, one] of blocksOf(content).entries())
      checkBlock(model, one, `${index}.content.${at}`);
  }
  for (const [at, turn] of turns.entries()) checkResults(turn, turns[at - 1], turns[at + 1]);
}

/** Lists what the model reads of the turns. */
export function entriesOf(turns: readonly Turn[]): readonly Entry[] {
  return turns.flatMap(({ role, blocks }): Entry[] => {
    const results = blocks.filter(({ type }) => type === "tool_result");
    const rest = blocks.filter(({ type }) => type !== "tool_result");
    return [
      ...results.map(({ content }) => ({ role: "tool", text: textOf(content) })),
      ...(rest.length > 0 ? [{ role, text: textOf(rest) }] : []),
    ];
  });
}

function checkRole(role: string, index: number): void {
  if (role === "user" || role === "assistant") return;
  if (role !== "system") {
    throw anthropicRefusal(`messages.${index}.role: Input should be 'user' or 'assistant'`);
  }
  throw anthropicRefusal(
    'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
  );
}

/** Checks that the results of an assistant's calls stand first in the next turn, and nowhere else. */
function checkResults(turn: Turn, before: Turn | undefined, after: Turn | undefined): void {
  const calls = idsOf(turn.blocks);
  const leading = leadingResults(after?.blocks ?? []);
  const open = calls.filter((id) => !leading.includes(id));
  if (open.length > 0) {
    throw anthropicRefusal(
      `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
  }
  const called = idsOf(before?.blocks ?? []);
  const at = turn.blocks.findIndex(
    ({ type, tool_use_id }) => type === "tool_result" && !called.includes(tool_use_id),
  );
  if (at === -1) return;
  throw anthropicRefusal(
    `messages.${turn.index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${turn.blocks[at]?.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
  );
}

function idsOf(blocks: readonly Block[]): readonly (string | undefined)[] {
  return blocks.filter(({ type }) => type === "tool_use").map(({ id }) => id);
}

function leadingResults(blocks: readonly Block[]): readonly (string | undefined)[] {
  const end = blocks.findIndex(({ type }) => type !== "tool_result");
  return blocks.slice(0, end === -1 ? blocks.length : end).map(({ tool_use_id }) => tool_use_id);
}
