/**
 * Lists what Cloudflare publishes about its REST API: the methods of its own SDK, which is
 * generated from the API's description.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./settings.ts";

const PACKAGE = join(ROOT, "node_modules/cloudflare");

/** A call of the API, as the SDK makes it. */
export interface PublishedMethod {
  /** The call's method, such as `GET`. */
  readonly verb: string;
  /** The path, with `*` in the place of each parameter. */
  readonly path: string;
  /** The expression of the type of its answer, in TypeScript. */
  readonly type: string;
  /** How the type stands in the body: as its `result`, as a list there, or as the body itself. */
  readonly holds: "result" | "list" | "body";
}

/** Finds the published method of a call; a path's parameters are called `*` or `:name`. */
export function findPublished(verb: string, path: string): PublishedMethod | undefined {
  const wanted = path.split("/");
  return publishedMethods().find(
    (method) => method.verb === verb && isSamePath(method.path.split("/"), wanted),
  );
}

function isSamePath(published: readonly string[], wanted: readonly string[]): boolean {
  const isSame = (segment: string, index: number) =>
    segment === "*" ? wanted[index] !== "" : segment === wanted[index];
  return published.length === wanted.length && published.every(isSame);
}

let methods: readonly PublishedMethod[] | undefined;

function publishedMethods(): readonly PublishedMethod[] {
  // Those with fixed segments come first: /tokens/verify is not a token named verify.
  methods ??= globSync("resources/**/*.mjs", { cwd: PACKAGE })
    .flatMap(readMethods)
    .toSorted((a, b) => parametersOf(a) - parametersOf(b));
  return methods;
}

function parametersOf({ path }: PublishedMethod): number {
  return path.split("*").length;
}

/** One call: its class and method, the client's method, the path, and what is done with the body. */
const CALL =
  /_client\s*\.(?<call>get|post|put|patch|delete|getAPIList)\((?:path )?[`"'](?<path>[^`"']*)[`"'](?<rest>[^]*?);\n/;

function readMethods(file: string): PublishedMethod[] {
  const source = readFileSync(join(PACKAGE, file), "utf8");
  const module = `cloudflare/${file.replace(/\.mjs$/, ".js")}`;
  return source.split(/\n +class (?=\w+ extends APIResource)/).flatMap((text) => {
    const [name = ""] = /^\w+/.exec(text) ?? [];
    return text.split(/\n {8}(?=\w+\(.*\) \{\n)/).flatMap((body) => {
      const [method = ""] = /^\w+/.exec(body) ?? [];
      const { call, path, rest = "" } = CALL.exec(body)?.groups ?? {};
      if (call === undefined || path === undefined) return [];
      const type = `ReturnType<import(${JSON.stringify(module)}).${name}[${JSON.stringify(method)}]>`;
      const shape = path.replaceAll(/\$\{[^}]*\}/g, "*");
      return [{ verb: verbOf(call, rest), path: shape, ...holding(call, rest, type) }];
    });
  });
}

function verbOf(call: string, rest: string): string {
  if (call !== "getAPIList") return call.toUpperCase();
  return /method: 'post'/.test(rest) ? "POST" : "GET";
}

function holding(
  call: string,
  rest: string,
  type: string,
): Pick<PublishedMethod, "type" | "holds"> {
  if (call === "getAPIList") {
    const item = `${type} extends AsyncIterable<infer Item> ? Item : never`;
    // The generated page of deployments forgets that its list has a name: the item is the result.
    return { type: item, holds: /\(V4PagePagination\)/.test(rest) ? "result" : "list" };
  }
  const holds = /_thenUnwrap\(\(obj\) => obj\.result\)/.test(rest) ? "result" : "body";
  return { type: `Awaited<${type}>`, holds };
}
