/** What becomes of the parts of an answer on their way from one format to another. */
import { Gathered, partsOf } from "./answer.ts";
import type { Answer, Part, ReasoningField } from "./conversation.ts";
import { customNames, CustomCalls } from "./custom-tools.ts";
import type { AnswerWay } from "./format.ts";
import { MendedCalls } from "./mended-calls.ts";
import { wrapOpaque } from "./opaque.ts";

type Step = (part: Part) => readonly Part[];

/** Returns what becomes of each part of one answer, in order. */
export function openTranslation({ caller, format, model, head }: AnswerWay): Step {
  const steps: Step[] = [];
  const names = customNames(head.request.conversation);
  if (!format.hasCustomTools && names.size > 0) {
    const calls = new CustomCalls(names);
    steps.push((part) => calls.read(part));
  }
  const mended = new MendedCalls();
  steps.push((part) => mended.read(part));
  if (caller.name !== "chat") steps.push(proveReasoning(model.id));
  return (part) => {
    let parts: readonly Part[] = [part];
    for (const step of steps) parts = parts.flatMap(step);
    return parts;
  };
}

/** Translates a whole answer. */
export function translateAnswer(answer: Answer, step: Step): Answer {
  const gathered = new Gathered();
  for (const part of partsOf(answer).flatMap(step)) gathered.add(part);
  return { ...gathered.answer, ...(answer.more && { more: answer.more }) };
}

/**
 * Ends each reasoning that has no proof of its own with one that names its model and its field: the
 * formats of other callers return reasoning only with a proof.
 */
function proveReasoning(model: string): Step {
  let field: ReasoningField | undefined;
  return (part) => {
    if (part.type === "reasoning") {
      field = part.field ?? field;
      return [part];
    }
    const found = field;
    field = undefined;
    if (found === undefined || part.type === "opaque") return [part];
    return [{ type: "opaque", opaque: wrapOpaque(model, found) }, part];
  };
}
