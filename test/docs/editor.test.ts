import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { EDITOR_SCHEMA, editorSchemaText } from "../../docs/update.ts";
import { openInEditor } from "../support/editor.ts";
import { ROOT, stackText } from "../support/settings.ts";

/** The development stack with one text replaced. */
function edit(from: string, to: string) {
  const text = stackText("dev");
  expect(text).toContain(from);
  return openInEditor(text.replace(from, to));
}

test("the editors' schema is the code's (npm run docs)", async () => {
  expect(await readFile(join(ROOT, EDITOR_SCHEMA), "utf8")).toBe(editorSchemaText());
});

test.each(["dev", "prod"] as const)(
  "an editor marks nothing in the stack file of %s",
  async (stack) => {
    expect(await openInEditor(stackText(stack)).marks()).toEqual([]);
  },
);

test.each([
  ["maxEntries: 10000", "maxEntries: 10", /minimum of 10000/],
  ["collect: full", "collect: bodies", /"full", "metadata", "none"|Accepted values?: /],
  ["collect: full", "colect: full", /colect/],
  ["ai-gateway:plan", "ai-gateway:plna", /plna|plan/],
  ["logSystem: legacy", "logSystem: observability", /maxEntries/],
  ["access: token", "domain: Chat", /pattern|host name/],
  ["worker:", "callers: [{ name: web, sha256: plain }]\n  ai-gateway:worker:", /pattern/],
  ["worker:", "anonymousCallers: { key: plain }\n  ai-gateway:worker:", /object/],
])("an editor marks %s written as %s", async (from, to, message) => {
  const marks = await edit(from, to).marks();

  expect(marks.join("\n")).toMatch(message);
});

test("a caller's hash in clear is not marked, the hash of nothing is", async () => {
  const callers = (hash: string) =>
    openInEditor(`${stackText("dev")}  ai-gateway:callers: [{ name: web, sha256: ${hash} }]\n`);
  const nothing = createHash("sha256").update("").digest("hex");

  expect(await callers("ab".repeat(32)).marks()).toEqual([]);
  expect(await callers(nothing).marks()).toEqual([expect.stringContaining("pattern")]);
});

test("an encrypted secret, a boolean as text and other namespaces are not marked", async () => {
  const more = `  ai-gateway:callers: [{ name: web, sha256: { secure: "v1:x" } }]
  ai-gateway:zdr: "true"
  cloudflare:apiToken: { secure: "v1:y" }
encryptionsalt: v1:z
`;

  expect(await openInEditor(stackText("dev") + more).marks()).toEqual([]);
});

test("an editor explains what a value means for logs", async () => {
  const editor = edit("collect: full", "coll¦ect: full");

  expect(await editor.explains()).toContain("full (with prompt and answer)");
});

test("an editor offers settings and values", async () => {
  const settings = openInEditor(`${stackText("dev")}  ai¦\n`);
  const group = edit("collect: full", "collect: full\n    ¦");
  const values = edit("collect: full # prompts and answers are stored", "collect: ¦");

  expect(await settings.offers()).toEqual(
    expect.arrayContaining(["ai-gateway:readers", "ai-gateway:waivers"]),
  );
  // Only what the group has not said yet.
  expect(await group.offers()).toEqual(["classification", "keepDays", "alertUrl"]);
  expect(await values.offers()).toEqual(expect.arrayContaining(["full", "metadata", "none"]));
});
