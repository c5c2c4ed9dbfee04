/**
 * Reads what a query of analytics asks for: one query with arguments, aliases and variables. As
 * Cloudflare does, it takes a variable that the query does not declare.
 */
import {
  GraphQLError as SyntaxProblem,
  Kind,
  Lexer,
  OperationTypeNode,
  parse,
  Source,
  TokenKind,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

import { GraphQLError } from "./graphql-error.ts";

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

export interface Request {
  readonly query: string;
  readonly variables: Arguments;
}

// The dataset has six levels, and its filter a few more.
const MAX_DEPTH = 20;

/** Returns what a query asks for. Throws a GraphQLError where it is none, or more than one. */
export function parseQuery({ query, variables }: Request): readonly Selection[] {
  const operation = onlyQuery(parseDocument(query));
  const values = { ...defaultsOf(operation), ...variables };
  requireImitated(operation.selectionSet, values);
  return toSelections(operation.selectionSet, values);
}

function parseDocument(query: string): DocumentNode {
  try {
    requireShallow(new Lexer(new Source(query)));
    return parse(query, { noLocation: true });
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const line = error.locations?.[0]?.line ?? 1;
    const message = `query contains error, please review it and retry: ${error.message} (line ${line})`;
    throw new GraphQLError(400, message);
  }
}

// Before parsing: the parser calls itself for each level, and would overflow the stack.
function requireShallow(lexer: Lexer): void {
  let depth = 0;
  for (;;) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    depth += STEPS.get(kind) ?? 0;
    if (depth > MAX_DEPTH) throw refuse(`queries of more than ${MAX_DEPTH} levels`);
  }
}

const STEPS: ReadonlyMap<TokenKind, number> = new Map([
  [TokenKind.PAREN_L, 1],
  [TokenKind.BRACKET_L, 1],
  [TokenKind.BRACE_L, 1],
  [TokenKind.PAREN_R, -1],
  [TokenKind.BRACKET_R, -1],
  [TokenKind.BRACE_R, -1],
]);

function onlyQuery({ definitions }: DocumentNode): OperationDefinitionNode {
  const [first, second] = definitions;
  if (first?.kind !== Kind.OPERATION_DEFINITION) throw refuse(first?.kind ?? "no operation");
  if (first.operation !== OperationTypeNode.QUERY) throw refuse(first.operation);
  if (second?.kind === Kind.FRAGMENT_DEFINITION) throw refuse("fragments");
  if (second !== undefined) throw refuse("more than one operation in a request");
  return first;
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Arguments {
  const pairs = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
  );
  return Object.fromEntries(pairs);
}

/** Throws a GraphQLError at the first part of a query that is not imitated, or has no value. */
function requireImitated(fields: SelectionSetNode, variables: Arguments): void {
  visit(fields, {
    FragmentSpread: refuseFragment,
    InlineFragment: refuseFragment,
    Directive() {
      throw refuse("directives");
    },
    Variable({ name }) {
      if (Object.hasOwn(variables, name.value)) return;
      // GraphQL would leave the argument out, which makes a filter wider than it was meant.
      throw new GraphQLError(400, `error parsing args: variable $${name.value} has no value`);
    },
  });
}

function refuseFragment(): never {
  throw refuse("fragments");
}

function toSelections({ selections }: SelectionSetNode, variables: Arguments): Selection[] {
  return selections.filter(isField).map((field) => toSelection(field, variables));
}

function isField(node: SelectionNode): node is FieldNode {
  return node.kind === Kind.FIELD;
}

function toSelection(field: FieldNode, variables: Arguments): Selection {
  const { name, alias, arguments: args = [], selectionSet } = field;
  return {
    name: name.value,
    key: (alias ?? name).value,
    args: Object.fromEntries(
      args.map((each) => [each.name.value, valueFromASTUntyped(each.value, variables)]),
    ),
    fields: selectionSet && toSelections(selectionSet, variables),
  };
}

function refuse(what: string): GraphQLError {
  return new GraphQLError(501, `the local Cloudflare does not imitate ${what} in GraphQL`);
}
