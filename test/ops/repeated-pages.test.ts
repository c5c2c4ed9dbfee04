/** An API that ignores the page of a list never lists an empty one: no command goes on for ever, or takes a part for all. */
import { expect, test } from "vitest";

import { listen } from "../support/listen.ts";
import { callOps, type Ended } from "../support/ops-command.ts";
import { ACCOUNT_ID } from "../support/scripted-account.ts";

const SENTENCE =
  "the API does not heed which page of a list is requested: a page had nothing but what was listed before, each";

test("audit ends with 2 where the gateways are listed again and again", async () => {
  const { code, stderr } = await run("audit", [], { gateways: 1 });

  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `error: cannot list the gateways of account ${ACCOUNT_ID}: ${SENTENCE} a gateway, so that not all can be found\n`,
  });
});

test("audit does not take the tokens of a page for all", async () => {
  const { stdout } = await run("audit", [], { tokens: 20 });

  expect(stdout).toContain(
    `? tokens: not looked at: cannot list the API tokens: ${SENTENCE} a token,`,
  );
});

test("logs ends with 2 where a full page is listed again and again", async () => {
  const { code, stdout, stderr } = await run("logs", ["--stack", "dev", "--limit", "60"], {
    logs: 50,
  });

  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: "",
    stderr: `error: ${SENTENCE} a log, so that not all can be found\n`,
  });
});

test("logs takes a shorter page that is listed again for the last one", async () => {
  const { code, stdout } = await run("logs", ["--stack", "dev", "--json"], { logs: 3 });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(3);
});

test("logs goes on behind a page that new logs have filled with old ones", async () => {
  // Of 120 logs, 50 more arrive before the second page is requested.
  const page = (number: number) => (number === 1 ? 0 : number - 2) * 50;
  const { code, stdout } = await run("logs", ["--stack", "dev", "--limit", "200", "--json"], {
    logs: 120,
    page,
  });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(120);
});

test.each(["erase", "adopt", "verify"])("%s ends, too", async (name) => {
  const more = { erase: ["--caller", "web"], adopt: ["--gateway", "app"], verify: [] }[name] ?? [];

  const { stdout, stderr } = await run(name, ["--stack", "dev", ...more], { logs: 50, tokens: 20 });

  expect(stdout + stderr).not.toBe("");
});

interface Scene {
  readonly gateways?: number;
  readonly tokens?: number;
  readonly logs?: number;
  /** Returns the first log of a page; the first of all if absent. */
  readonly page?: (number: number) => number;
}

/** Runs a command over an API that has so many of each, and lists them on every page. */
async function run(name: string, args: readonly string[], scene: Scene): Promise<Ended> {
  const url = await listen((request) => {
    const { pathname, searchParams } = new URL(request.url);
    const first = scene.page?.(Number(searchParams.get("page") ?? 1)) ?? 0;
    return Response.json({ success: true, result: resultOf(pathname, first, scene) });
  });
  return callOps(name, args, {
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: url,
  });
}

function resultOf(path: string, first: number, { gateways = 0, tokens = 0, logs = 0 }: Scene) {
  const log = { created_at: "2026-11-22T00:00:00Z", success: true, cached: false, metadata: {} };
  const item = (index: number) => ({ id: `i${index}`, name: `n${index}`, collect_logs: false });
  if (path.endsWith("/gateways")) return make(gateways, item);
  if (path.endsWith("/tokens")) return make(tokens, item);
  if (!path.endsWith("/logs")) return [];
  return make(logs, (index) => ({ ...log, id: `l${index}` })).slice(first, first + 50);
}

function make(count: number, item: (index: number) => object): readonly object[] {
  return Array.from({ length: count }, (_, index) => item(index));
}
