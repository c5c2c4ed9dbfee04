import { build } from "esbuild";
import { expect, test } from "vitest";

import { launchBrowser, openPage } from "../../support/browser.ts";
import { listen } from "../../support/listen.ts";
import { ROOT } from "../../support/settings.ts";
import { stream } from "../../support/wire.ts";
import { startWorker, TOKEN } from "../../support/workerd.ts";

/** A page's script: one streamed chat, and one that is refused. */
const SCRIPT = `
import OpenAI from "openai";
globalThis.ask = async (baseURL, apiKey) => {
  const client = new OpenAI({ baseURL, apiKey, dangerouslyAllowBrowser: true, maxRetries: 0 });
  const messages = [{ role: "user", content: "Hi" }];
  const { data, request_id } = await client.chat.completions
    .create({ model: "@cf/old/model", messages, stream: true })
    .withResponse();
  let text = "";
  for await (const { choices } of data) text += choices[0]?.delta.content ?? "";
  const error = await client.chat.completions.create({ model: "x", messages }).catch((it) => it);
  return { text, id: request_id, code: error.code, errorId: error.requestID };
};`;

test("OpenAI's SDK runs in Chromium, on a page of an origin that the stack names", async () => {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: ROOT },
    bundle: true,
    write: false,
    logLevel: "error",
  });
  const script = outputFiles[0]?.text ?? "";
  const page = await listen(
    () => new Response(`<script>${script}</script>`, { headers: { "content-type": "text/html" } }),
  );
  const worker = await startWorker({
    bindings: { ORIGINS: JSON.stringify([page]) },
    reply: () => stream("older", { text: "hello there" }),
  });
  const browser = await launchBrowser();
  const tab = await openPage(browser);

  await tab.goto(page);
  const found = await tab.evaluate(`ask("${worker.url.origin}/v1", "${TOKEN}")`);
  await browser.close();

  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(found).toEqual({ text: "hello there", id, code: "model_not_found", errorId: id });
});
