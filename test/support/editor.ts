/** The language server that editors run for YAML, with a stack file open in it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { getLanguageService } from "yaml-language-server";
import { TextDocument } from "vscode-languageserver-textdocument";

import { ROOT } from "./settings.ts";

const service = getLanguageService({
  // The only schema asked for is the one that the file's first line names.
  schemaRequestService: async (uri) => readFile(fileURLToPath(uri), "utf8"),
  workspaceContext: {
    resolveRelativePath: (relative, resource) => new URL(relative, resource).href,
  },
});
service.configure({ validate: true, hover: true, completion: true });

// The service keeps what it parsed by file and version.
let version = 0;

export interface OpenFile {
  /** What is underlined: `3: Incorrect type. …` */
  readonly marks: () => Promise<readonly string[]>;
  /** What is offered where the text has a `¦`. */
  readonly offers: () => Promise<readonly string[]>;
  /** What is told about the word where the text has a `¦`. */
  readonly explains: () => Promise<string>;
}

export function openInEditor(text: string): OpenFile {
  const cursor = text.indexOf("¦");
  const document = TextDocument.create(
    pathToFileURL(join(ROOT, "Pulumi.test.yaml")).href,
    "yaml",
    (version += 1),
    text.replace("¦", ""),
  );
  return {
    marks: async () => {
      const diagnostics = await service.doValidation(document, false);
      return diagnostics.map(({ range, message }) => {
        const words = typeof message === "string" ? message : message.value;
        return `${range.start.line + 1}: ${words}`;
      });
    },
    offers: async () => {
      const { items } = await service.doComplete(document, document.positionAt(cursor), false);
      return items.map(({ label }) => label);
    },
    explains: async () => {
      const hover = await service.doHover(document, document.positionAt(cursor));
      return JSON.stringify(hover?.contents ?? "");
    },
  };
}
