/**
 * Reads the part of GraphQL that queries of analytics are written in: one query with arguments,
 * aliases and variables. As Cloudflare does, it takes a variable that the query does not declare.
 * https://spec.graphql.org/October2021/#sec-Language
 */
import { GraphQLError } from "./graphql-error.ts";
import { Tokens } from "./tokens.ts";

/** A field that is asked for, with its arguments as plain values. */
export interface Selection {
  readonly name: string;
  /** The key in the answer: the alias, or the name. */
  readonly key: string;
  readonly args: Arguments;
  /** The fields inside; undefined where none are asked for. */
  readonly fields: readonly Selection[] | undefined;
}

export type Arguments = Readonly<Record<string, unknown>>;

/** A request, as it comes over HTTP. */
export interface Request {
  readonly query: string;
  readonly variables: Arguments;
}

// The dataset has six levels, and its filter a few more.
const MAX_DEPTH = 20;

/** Returns what a query asks for. Throws a GraphQLError where it is none, or more than one. */
export function parseQuery({ query, variables }: Request): readonly Selection[] {
  const reader = new Reader(new Tokens(query), variables);
  return reader.document();
}

class Reader {
  readonly #tokens: Tokens;
  #variables: Arguments;

  constructor(tokens: Tokens, variables: Arguments) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  document(): readonly Selection[] {
    const tokens = this.#tokens;
    if (tokens.kind === "name") {
      if (tokens.text !== "query") throw refuseSyntax(tokens.text);
      tokens.next();
      if (tokens.kind === "name") tokens.next();
      if (tokens.skip("(")) this.#definitions();
    }
    const fields = this.#selections(0);
    if (tokens.kind !== "end") throw refuseSyntax("more than one operation in a request");
    return fields;
  }

  /** Reads variables, of which only the defaults matter here. */
  #definitions(): void {
    const tokens = this.#tokens;
    while (!tokens.skip(")")) {
      tokens.take("$");
      const name = tokens.name();
      tokens.take(":");
      this.#type(0);
      if (!tokens.skip("=")) continue;
      this.#variables = { [name]: this.#value(0), ...this.#variables };
    }
  }

  #type(depth: number): void {
    const tokens = this.#tokens;
    requireDepth(depth);
    if (tokens.skip("[")) {
      this.#type(depth + 1);
      tokens.take("]");
    } else tokens.name();
    tokens.skip("!");
  }

  #selections(depth: number): readonly Selection[] {
    const tokens = this.#tokens;
    requireDepth(depth);
    tokens.take("{");
    const fields: Selection[] = [];
    do fields.push(this.#selection(depth));
    while (!tokens.skip("}"));
    return fields;
  }

  #selection(depth: number): Selection {
    const tokens = this.#tokens;
    if (tokens.text === "...") throw refuseSyntax("fragments");
    const first = tokens.name();
    const name = tokens.skip(":") ? tokens.name() : first;
    const args = tokens.skip("(") ? this.#pairs(")", depth) : {};
    if (tokens.text === "@") throw refuseSyntax("directives");
    const fields = tokens.text === "{" ? this.#selections(depth + 1) : undefined;
    return { name, key: first, args, fields };
  }

  /** Reads names with values, until the closing sign. */
  #pairs(end: ")" | "}", depth: number): Arguments {
    const tokens = this.#tokens;
    const pairs: [string, unknown][] = [];
    while (!tokens.skip(end)) {
      const name = tokens.name();
      tokens.take(":");
      pairs.push([name, this.#value(depth + 1)]);
    }
    return Object.fromEntries(pairs);
  }

  #value(depth: number): unknown {
    const tokens = this.#tokens;
    requireDepth(depth);
    if (tokens.skip("$")) return this.#variable(tokens.name());
    if (tokens.skip("{")) return this.#pairs("}", depth);
    if (tokens.skip("[")) return this.#list(depth);
    return tokens.scalar();
  }

  #list(depth: number): readonly unknown[] {
    const values: unknown[] = [];
    while (!this.#tokens.skip("]")) values.push(this.#value(depth + 1));
    return values;
  }

  #variable(name: string): unknown {
    if (Object.hasOwn(this.#variables, name)) return this.#variables[name];
    // GraphQL would leave the argument out, which makes a filter wider than it was meant.
    throw new GraphQLError(400, `error parsing args: variable $${name} has no value`);
  }
}

function requireDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw refuseSyntax(`queries of more than ${MAX_DEPTH} levels`);
}

function refuseSyntax(what: string): GraphQLError {
  return new GraphQLError(501, `the local Cloudflare does not imitate ${what} in GraphQL`);
}
