/** A whole answer as parts, and parts as a whole answer. */
import type { Answer, AnswerContent, EndReason, Part, Usage } from "./conversation.ts";

/** Splits a whole answer into the parts of a stream. */
export function partsOf({ content, reason, usage, more }: Answer): readonly Part[] {
  let calls = 0;
  return [
    ...(more === undefined ? [] : [{ type: "more", fields: more } as const]),
    ...content.flatMap((item): readonly Part[] => {
      if (item.type === "reasoning") return partsOfReasoning(item);
      if (item.type !== "call") return [{ type: item.type, text: item.text }];
      const { input, ...call } = item;
      const index = calls++;
      return [
        { ...call, index },
        { type: "input", index, text: input },
      ];
    }),
    ...(usage === undefined ? [] : [{ type: "usage", usage } as const]),
    { type: "end", reason },
  ];
}

function partsOfReasoning({
  text,
  field,
  opaque,
}: AnswerContent & { type: "reasoning" }): readonly Part[] {
  return [
    ...(text === "" ? [] : [{ type: "reasoning", text, ...(field && { field }) } as const]),
    ...(opaque === undefined ? [] : [{ type: "opaque", opaque } as const]),
  ];
}

/** Gathers the parts of a stream into a whole answer. */
export class Gathered {
  readonly #content: AnswerContent[] = [];
  /** The place of each call in the content. */
  readonly #calls: number[] = [];
  #reason: EndReason = "stop";
  #usage: Usage | undefined;

  add(part: Part): void {
    switch (part.type) {
      case "text":
      case "refusal":
        return this.#append(part.type, part.text);
      case "reasoning": {
        const last = this.#content.at(-1);
        if (last?.type !== "reasoning" || last.opaque !== undefined) {
          this.#content.push(part);
          return;
        }
        this.#content[this.#content.length - 1] = { ...last, text: last.text + part.text };
        return;
      }
      case "opaque":
        return this.#prove(part.opaque);
      case "call": {
        const { index, ...call } = part;
        this.#calls[index] = this.#content.push({ ...call, input: "" }) - 1;
        return;
      }
      case "input": {
        const place = this.#calls[part.index] ?? -1;
        const call = this.#content[place];
        if (call?.type === "call") {
          this.#content[place] = { ...call, input: call.input + part.text };
        }
        return;
      }
      case "usage":
        this.#usage = part.usage;
        return;
      case "end":
        this.#reason = part.reason;
        return;
      case "more":
    }
  }

  get answer(): Answer {
    return { content: this.#content, reason: this.#reason, usage: this.#usage };
  }

  #append(type: "text" | "refusal", text: string): void {
    const last = this.#content.at(-1);
    if (last?.type === type) {
      this.#content[this.#content.length - 1] = { ...last, text: last.text + text };
    } else this.#content.push({ type, text });
  }

  #prove(opaque: string): void {
    const last = this.#content.at(-1);
    if (last?.type === "reasoning" && last.opaque === undefined) {
      this.#content[this.#content.length - 1] = { ...last, opaque };
    } else this.#content.push({ type: "reasoning", text: "", opaque });
  }
}
