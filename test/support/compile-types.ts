/** Compiles types of Cloudflare's SDK with TypeScript's own compiler. */
import { join } from "node:path";

import ts from "typescript";

import { ROOT } from "./settings.ts";

const FILE = join(ROOT, "published.virtual.ts");

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ESNext,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
  types: [],
};

/** Compiles expressions of types; throws where one is no type, or is anything at all. */
export function compileTypes(expressions: readonly string[]) {
  const source = expressions.map((type, index) => `export type T${index} = ${type};\n`).join("");
  const host = ts.createCompilerHost(OPTIONS);
  const disk = { ...host };
  host.getSourceFile = (name, ...rest) =>
    name === FILE
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ESNext)
      : disk.getSourceFile(name, ...rest);
  host.fileExists = (name) => name === FILE || disk.fileExists(name);
  host.readFile = (name) => (name === FILE ? source : disk.readFile(name));
  host.resolveModuleNameLiterals = (names, containing, _, options) =>
    // The client refers to every resource there is, and no answer to the client.
    names.map(({ text }) =>
      text.endsWith("/client.js")
        ? { resolvedModule: undefined }
        : ts.resolveModuleName(text, containing, options, host),
    );
  const program = ts.createProgram([FILE], OPTIONS, host);
  const file = program.getSourceFile(FILE);
  if (file === undefined) throw new Error(`${FILE} was not compiled`);
  const [problem] = program.getSemanticDiagnostics(file);
  if (problem !== undefined) {
    throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
  }
  const checker = program.getTypeChecker();
  const types = file.statements
    .filter(ts.isTypeAliasDeclaration)
    .map((statement) => checker.getTypeFromTypeNode(statement.type));
  return { checker, types };
}
