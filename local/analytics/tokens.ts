/** Splits GraphQL into its tokens. https://spec.graphql.org/October2021/#sec-Lexical-Tokens */
import { GraphQLError } from "./graphql-error.ts";

const IGNORED = /(?:[\s,\uFEFF]|#[^\n\r]*)*/y;
const TOKENS = {
  name: /[_A-Za-z]\w*/y,
  // What follows at once would make another token of it.
  number: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y,
  string: /"(?!"")(?:[^"\\\n\r]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y,
  sign: /\.\.\.|[!$&()=:@[\]{|}]/y,
} as const;

type Kind = keyof typeof TOKENS | "end";

/** The tokens of a text, one at a time. Every method throws a GraphQLError at what is no token. */
export class Tokens {
  readonly #text: string;
  #at = 0;
  /** The token at which the reader stands. */
  kind: Kind = "end";
  text = "";

  constructor(text: string) {
    this.#text = text;
    this.next();
  }

  /** Goes on to the next token. */
  next(): void {
    this.#at += match(IGNORED, this.#text, this.#at).length;
    if (this.#at >= this.#text.length) {
      this.kind = "end";
      this.text = "";
      return;
    }
    for (const [kind, pattern] of Object.entries(TOKENS)) {
      const text = match(pattern, this.#text, this.#at);
      if (text === "" || !isKind(kind)) continue;
      this.kind = kind;
      this.text = text;
      this.#at += text.length;
      return;
    }
    throw this.#unexpected(this.#text.slice(this.#at, this.#at + 20));
  }

  /** Goes over a sign where it is there, and returns whether it was. */
  skip(sign: string): boolean {
    const isThere = this.kind === "sign" && this.text === sign;
    if (isThere) this.next();
    return isThere;
  }

  /** Goes over a sign that must be there. */
  take(sign: string): void {
    if (!this.skip(sign)) throw this.#unexpected(this.text);
  }

  /** Returns the name that must be here. */
  name(): string {
    if (this.kind !== "name") throw this.#unexpected(this.text);
    const { text } = this;
    this.next();
    return text;
  }

  /** Returns the value of a token: that of an enum is its name. */
  scalar(): string | number | boolean | null {
    const { kind, text } = this;
    if (kind === "sign" || kind === "end") throw this.#unexpected(text);
    this.next();
    if (kind === "name" && !["true", "false", "null"].includes(text)) return text;
    return JSON.parse(text);
  }

  #unexpected(text: string): GraphQLError {
    const line = this.#text.slice(0, this.#at).split("\n").length;
    const found = text === "" ? "the end" : JSON.stringify(text);
    return new GraphQLError(
      400,
      `query contains error, please review it and retry: ${found} was not expected in line ${line}`,
    );
  }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

function isKind(kind: string): kind is keyof typeof TOKENS {
  return Object.hasOwn(TOKENS, kind);
}
