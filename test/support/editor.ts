/** Opens a stack file in the language server that editors run for YAML. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { getLanguageService } from "yaml-language-server";
import { TextDocument } from "vscode-languageserver-textdocument";

import { ROOT } from "./settings.ts";

const service = getLanguageService({
  // The only schema requested is the one that the file's first line names.
  schemaRequestService: async (uri) => readFile(fileURLToPath(uri), "utf8"),
  workspaceContext: {
    resolveRelativePath: (relative, resource) => new URL(relative, resource).href,
  },
});
service.configure({ validate: true, hover: true, completion: true });

// The service keeps what it parsed by file and version.
let version = 0;

/** A stack file as an editor shows it. */
interface OpenFile {
  /** The marked problems, as `3: Incorrect type. …`. */
  readonly marks: () => Promise<readonly string[]>;
  /** The completions at the `¦` in the text. */
  readonly offers: () => Promise<readonly string[]>;
  /** The explanation of the name at the `¦` in the text. */
  readonly explains: () => Promise<string>;
}

/** Opens a text, in which a `¦` marks the cursor. */
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
        const shown = typeof message === "string" ? message : message.value;
        return `${range.start.line + 1}: ${shown}`;
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
