/**
 * Compares the local account with what a probe recorded of Cloudflare: each fixture in
 * test/fixtures/cloudflare/ is written by `npm run probe -- --answers test/fixtures/cloudflare`.
 */
import { existsSync, globSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { startAccount } from "../support/account.ts";
import { callOps } from "../support/ops-command.ts";
import { ROOT } from "../support/settings.ts";

const FIXTURES = join(ROOT, "test/fixtures/cloudflare");

const fixture = z.object({
  at: z.iso.datetime(),
  calls: z.array(z.object({ call: z.string(), status: z.number(), fields: z.array(z.string()) })),
});
type Calls = z.output<typeof fixture>["calls"];

let local: Calls;
beforeAll(async () => {
  local = await probeLocal();
});

test("the local account answers as Cloudflare was seen to, on each day of a probe", async () => {
  const found: string[] = [];
  for (const day of globSync("*.json", { cwd: FIXTURES })) {
    const seen = fixture.parse(JSON.parse(await readFile(join(FIXTURES, day), "utf8")));
    found.push(...differences(seen.calls, local).map((difference) => `${day}: ${difference}`));
  }

  expect(found).toEqual([]);
});

test("what differs from a probe is found, field by field", () => {
  const changed = local.map((each) =>
    each.call === "POST /accounts/:account/ai-gateway/gateways"
      ? {
          ...each,
          fields: [...each.fields.filter((field) => !/zdr/.test(field)), "result.a: null"],
        }
      : each,
  );

  expect(differences(local, local)).toEqual([]);
  expect(differences(changed, local)).toEqual([
    "POST /accounts/:account/ai-gateway/gateways 200 has result.zdr: boolean here alone",
    "POST /accounts/:account/ai-gateway/gateways 200 lacks result.a: null here",
  ]);
  expect(differences([{ call: "GET /a", status: 200, fields: [] }], local)).toContain(
    "GET /a 200 is not answered here",
  );
});

test("a recording has each call of the REST API, and no value but codes of errors", () => {
  const calls = local.map(({ call, status }) => `${call} ${status}`);

  expect(calls).toEqual(
    expect.arrayContaining([
      "DELETE /accounts/:account/ai-gateway/gateways/:gateway 200",
      "GET /accounts/:account/ai-gateway/gateways/:gateway/logs 200",
      "GET /accounts/:account/ai-gateway/gateways/:gateway/logs/:log 404",
      "POST /accounts/:account/ai-gateway/gateways 200",
      "PUT /accounts/:account/ai-gateway/gateways/:gateway 200",
    ]),
  );
  const fields = local.flatMap((each) => each.fields);
  expect(fields).toContain("errors[].code: 7002");
  expect(
    fields.filter(
      (field) => !/^[\w.[\]]+: (?:list|object|string|number|boolean|null)$/.test(field),
    ),
  ).toEqual(fields.filter((field) => /^errors\[\]\.code: \d+$/.test(field)));
});

test("docs/local.md dates a behaviour by a day of which there is a fixture, or says never", async () => {
  const text = await readFile(join(ROOT, "docs/local.md"), "utf8");
  const [table = ""] = /\| behaviour [^]*?\n\n/.exec(text) ?? [];
  const [, , ...rows] = table.trim().split("\n");
  const days = rows.map((row) => row.split(" | ").at(-1)?.replace(" |", "").trim() ?? "");

  const isKnown = (day: string) =>
    day === "never" || existsSync(join(FIXTURES, `probe-${day}.json`));
  expect(rows.length).toBeGreaterThan(30);
  expect(days.filter((day) => !isKnown(day))).toEqual([]);
});

/** Probes a local account, and returns what was recorded. */
async function probeLocal(): Promise<Calls> {
  const running = await startAccount();
  const folder = await mkdtemp(join(tmpdir(), "answers-"));
  const words = ["--stack", "dev", "--yes", "--wait", "1", "--data-url", running.url.href];
  const { code, stderr } = await callOps("probe", [...words, "--answers", folder], {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_API_TOKEN: running.key,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    AI_GATEWAY_RUN_TOKEN: running.key,
  });
  await running.stop();
  const [file] = globSync("*.json", { cwd: folder });
  if (file === undefined) throw new Error(`the probe ended with ${code}: ${stderr}`);
  const { calls } = fixture.parse(JSON.parse(await readFile(join(folder, file), "utf8")));
  await rm(folder, { recursive: true });
  return calls;
}

/** Lists what one recording has and the other has not. */
function differences(seen: Calls, here: Calls): readonly string[] {
  return seen.flatMap(({ call, status, fields }) => {
    const own = here.find((each) => each.call === call && each.status === status);
    const name = `${call} ${status}`;
    if (own === undefined) return [`${name} is not answered here`];
    const more = own.fields.filter((field) => !fields.includes(field));
    const less = fields.filter((field) => !own.fields.includes(field));
    return [
      ...more.map((field) => `${name} has ${field} here alone`),
      ...less.map((field) => `${name} lacks ${field} here`),
    ];
  });
}
