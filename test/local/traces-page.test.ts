/** Where a person sees what a gateway exports: on the page of a log, and at an address of its own. */
import { onTestFinished, expect, test } from "vitest";

import { startAccount } from "../support/account.ts";
import { fetchText } from "../support/start-local.ts";
import { visit } from "../support/visit.ts";

const HOSTILE = "</pre><script>alert(1)</script>";

test("a log's page has its trace, and the address of all needs the key of the run", async () => {
  const { call, page, url } = await start(true);

  const id = await call({});
  const headers = await visit(page.href);
  const html = await fetchText(new URL(`/logs/${id}`, url).href, headers);
  const { traces } = JSON.parse(await fetchText(new URL("/traces", url).href, headers));
  const without = await fetch(new URL("/traces", url));

  expect(html).toContain("From the gateway app");
  expect(html).toContain("kept here, as the URL leads off this machine");
  expect(html).toContain("cf.aig.request");
  expect(html).not.toContain("<script>");
  expect(html).not.toContain("Bearer theirs");
  expect(traces).toMatchObject([{ sender: "gateway", name: "app", logId: id }]);
  expect(JSON.stringify(traces)).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  expect(JSON.stringify(traces)).not.toContain("Bearer theirs");
  expect(without.status).toBe(401);
});

test("a call whose log is off is seen there all the same", async () => {
  const { call, page, url } = await start(true);

  const id = await call({ collectLog: false });
  const { traces } = JSON.parse(
    await fetchText(new URL("/traces", url).href, await visit(page.href)),
  );

  expect(id).toBeUndefined();
  expect(traces).toHaveLength(1);
});

test("a log of a gateway that exports nothing has no trace on its page", async () => {
  const { call, page, url } = await start(false);

  const id = await call({});

  const html = await fetchText(new URL(`/logs/${id}`, url).href, await visit(page.href));
  expect(html).not.toContain("<h2>Traces</h2>");
});

async function start(isExporting: boolean) {
  const headers = { authorization: "Bearer theirs" };
  const otel = { url: "https://otel.example.com/v1/traces", headers, contentType: "json" as const };
  const account = await startAccount({ gateways: [isExporting ? { otels: [otel] } : {}] });
  onTestFinished(() => account.stop());
  const inputs = { messages: [{ role: "user", content: HOSTILE }] };
  const call = async (options: object) => {
    const request = { gatewayId: "app", model: "@cf/a/b", inputs, options };
    return (await account.gateway.handle(request)).headers["cf-aig-log-id"];
  };
  return { ...account, call };
}
