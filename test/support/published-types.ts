/** Compares answers with the types of Cloudflare's SDK, by TypeScript's own compiler. */
import ts from "typescript";

import { compileTypes } from "./compile-types.ts";
import type { PublishedMethod } from "./published-methods.ts";

/** An answer of the API, and what is published of its call. */
export interface JudgedAnswer {
  readonly route: string;
  readonly method: PublishedMethod;
  /** The whole body. */
  readonly body: unknown;
}

/** The differences of an answer: what a type requires, and what it only allows. */
export interface Differences {
  /** The fields that are missing, of another type, or not published. */
  readonly wrong: readonly string[];
  /** The optional fields that the answer leaves out. */
  readonly leftOut: readonly string[];
}

/** Compares each answer with the type of its call; a difference begins with the answer's route. */
export function judge(answers: readonly JudgedAnswer[]): Differences {
  const { checker, types } = compileTypes(answers.map(({ method }) => method.type));
  const found = answers.flatMap(({ route, method, body }, index) => {
    const type = types[index];
    if (type === undefined) throw new Error(`no type was compiled for ${route}`);
    const { value, within } = chosen(method, body);
    const judged = Array.isArray(value) && method.holds === "list" ? value : [value];
    if (method.holds === "list" && !Array.isArray(value)) {
      return [wrong(`${route} ${within} is not a list`)];
    }
    return judged.flatMap((each) => compare(checker, type, each, `${route} ${within}`));
  });
  const of = (wanted: Difference["kind"]) =>
    new Set(found.filter(({ kind }) => kind === wanted).map(({ text }) => text));
  // What one answer of a route leaves out, another may have.
  return {
    wrong: [...of("wrong")].toSorted(),
    leftOut: [...of("absent").difference(of("present"))].toSorted(),
  };
}

function chosen({ holds }: PublishedMethod, body: unknown) {
  if (holds === "body") return { value: body, within: "body" };
  return { value: Object(body).result, within: holds === "list" ? "result[]" : "result" };
}

interface Difference {
  readonly kind: "wrong" | "absent" | "present";
  readonly text: string;
}

function compare(
  checker: ts.TypeChecker,
  type: ts.Type,
  value: unknown,
  path: string,
): readonly Difference[] {
  if (type.isUnion()) return compareUnion(checker, type, value, path);
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
  // What is no JSON has no fields to judge.
  if (type.symbol?.name === "Response") return [];
  if (!(type.flags & ts.TypeFlags.Object)) {
    const isSame = isOfPrimitive(checker, type, value);
    return isSame
      ? []
      : [wrong(`${path} is ${JSON.stringify(value)}, not ${nameOf(checker, type)}`)];
  }
  if (
    typeof value !== "object" ||
    value === null ||
    checker.isArrayType(type) !== Array.isArray(value)
  ) {
    return [wrong(`${path} is ${JSON.stringify(value)}, not ${nameOf(checker, type)}`)];
  }
  if (Array.isArray(value)) {
    const item = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    return value.flatMap((each) => (item ? compare(checker, item, each, `${path}[]`) : []));
  }
  return compareObject(checker, type, value, path);
}

/** Compares with the member of a union that differs least, among those of the value's kind. */
function compareUnion(
  checker: ts.TypeChecker,
  union: ts.UnionType,
  value: unknown,
  path: string,
): readonly Difference[] {
  const isObject = typeof value === "object" && value !== null;
  const [best] = union.types
    .filter((type) => isObject === ((type.flags & ts.TypeFlags.Object) !== 0))
    .map((type) => compare(checker, type, value, path))
    .toSorted((a, b) => wrongsOf(a) - wrongsOf(b) || a.length - b.length);
  if (best !== undefined && (isObject || wrongsOf(best) === 0)) return best;
  return [wrong(`${path} is ${JSON.stringify(value)}, not ${nameOf(checker, union)}`)];
}

function wrongsOf(found: readonly Difference[]): number {
  return found.filter(({ kind }) => kind === "wrong").length;
}

function compareObject(
  checker: ts.TypeChecker,
  type: ts.Type,
  value: object,
  path: string,
): readonly Difference[] {
  const properties = checker.getPropertiesOfType(type);
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  // A type without any field is published of what has no description yet.
  if (properties.length === 0 && index === undefined) return [];
  const known = properties.flatMap((property) => {
    const place = `${path}.${property.name}`;
    const field: unknown = Reflect.get(value, property.name);
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (field === undefined) {
      return [
        isOptional ? ({ kind: "absent", text: place } as const) : wrong(`${place} is missing`),
      ];
    }
    const inside = compare(checker, checker.getTypeOfSymbol(property), field, place);
    return [{ kind: "present", text: place } as const, ...inside];
  });
  const names = new Set(properties.map(({ name }) => name));
  const others = Object.entries(value).flatMap(([name, field]) => {
    if (names.has(name)) return [];
    if (index !== undefined) return compare(checker, index, field, `${path}.*`);
    return [wrong(`${path}.${name} is not published`)];
  });
  return [...known, ...others];
}

function wrong(text: string): Difference {
  return { kind: "wrong", text };
}

function isOfPrimitive(checker: ts.TypeChecker, type: ts.Type, value: unknown): boolean {
  if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value;
  if (type.flags & ts.TypeFlags.BooleanLiteral) return String(value) === nameOf(checker, type);
  if (type.flags & ts.TypeFlags.Null) return value === null;
  const name = nameOf(checker, type);
  return name === typeof value;
}

function nameOf(checker: ts.TypeChecker, type: ts.Type): string {
  return checker.typeToString(type);
}
