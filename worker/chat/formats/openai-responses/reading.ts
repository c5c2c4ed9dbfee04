/** What is gathered while a request is read. */
import type { Env } from "../../env.ts";
import { badRequest, type RefusalError } from "../../refusal.ts";
import type { AnswerContent, Message, Tool } from "../conversation.ts";

/** The conversation that a request holds, as far as it is read. */
export class Reading {
  readonly env: Pick<Env, "ALLOW">;
  readonly messages: Message[] = [];
  readonly tools: Tool[] = [];

  constructor(env: Pick<Env, "ALLOW">) {
    this.env = env;
  }

  /**
   * Keeps the place of what only a model of this format understands, as a tool that no other format
   * has: whatever it is, a model of another format then refuses the request by this path.
   */
  keepOwn(type: string, path: string): undefined {
    this.tools.push({ kind: "own", type, path });
  }

  /** Adds to the assistant's turn: in this format each of its parts is an item of its own. */
  addSpoken(content: readonly AnswerContent[]): void {
    const last = this.messages.at(-1);
    if (last?.role === "assistant") {
      this.messages.splice(-1, 1, { ...last, content: [...last.content, ...content] });
    } else {
      this.messages.push({ role: "assistant", content });
    }
  }
}

/** Returns whether a field has a value: null and absent mean the same. */
export function isGiven<Value>(value: Value): value is NonNullable<Value> {
  return value !== null && value !== undefined;
}

/** Makes the refusal of a field, whose message begins with the field's path. */
export function refuseField(path: string, reason: string): RefusalError {
  return badRequest("unsupported_parameter", `${path}: ${reason}`, path);
}
