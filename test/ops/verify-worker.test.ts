/** The promises about the Workers: bindings, addresses, retention. */
import { expect, test } from "vitest";

import { findAddress } from "../../ops/verify/address.ts";
import {
  judgeBindings,
  judgeConsole,
  judgeDomains,
  judgeRetention,
  judgeSubdomain,
} from "../../ops/verify/worker.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { scriptedAccount, type Answer, type ApiCall } from "../support/scripted-account.ts";
import { stack } from "../support/verify.ts";

test("a Worker with this stack's bindings keeps every promise, and each other one is told", () => {
  const { name, settings } = stack;
  const { gatewayId } = settings;
  const around = { stackName: name, gatewayId, release: "abc123" };
  const own = Object.entries(workerBindings(around, settings)).flatMap(([key, binding]) =>
    binding === undefined ? [] : [{ name: key, ...binding }],
  );
  const others = own
    .filter((each) => each.name !== "AI")
    .map((each) =>
      ({ GATEWAY_ID: "default", COLLECT_LOGS: "full", MODELS: "[]", ACCESS: "open" })[each.name] ===
      undefined
        ? each
        : { ...each, text: "other" },
    );

  expect(judgeBindings(stack, own)).toEqual([]);
  expect(judgeBindings(stack, [...others, { name: "CALLER_LIMIT", type: "ratelimit" }])).toEqual([
    'GATEWAY_ID is "other", declared is "shop-prod"',
    'COLLECT_LOGS is "other", declared is "metadata"',
    expect.stringMatching(/^MODELS is "other", declared is "\[/),
    'ACCESS is "other", declared is "token"',
    "AI is missing",
    "CALLER_LIMIT is bound, and the stack declares none",
  ]);
});

test("the runtime's own line, a second door and a strange domain are told", () => {
  expect(judgeConsole(false)).toEqual([]);
  expect(judgeConsole(true)).toEqual([
    "observability stores the runtime's own line, with each request's headers",
  ]);
  expect(judgeSubdomain(stack, { enabled: true, previews_enabled: false })).toEqual([]);
  expect(judgeSubdomain(stack, { enabled: false, previews_enabled: true })).toEqual([
    "workers.dev is off, declared is true",
    "previews are on: a second door that no stack opens",
  ]);
  expect(judgeDomains(stack, [])).toEqual([]);
  expect(judgeDomains(stack, ["old.example.com"])).toEqual([
    "old.example.com leads to the Worker, and the stack does not declare it",
  ]);
});

test("a retention Worker of other days, another gateway or without a trigger is told", () => {
  const kept = [
    { name: "GATEWAY_ID", text: "shop-prod" },
    { name: "KEEP_DAYS", text: "30" },
  ];

  expect(judgeRetention(stack, kept, ["17 * * * *"])).toEqual([]);
  expect(judgeRetention(stack, [{ name: "KEEP_DAYS", text: "90" }], [])).toEqual([
    'GATEWAY_ID is missing, declared is "shop-prod"',
    'KEEP_DAYS is "90", declared is "30"',
    "no trigger wakes it",
  ]);
});

test("an address that the file leaves out is the account's subdomain, of Cloudflare itself alone", async () => {
  const api =
    (answer: Answer) =>
    ({ path }: ApiCall) =>
      path === "/workers/subdomain" ? answer : { status: 500 };
  const found = scriptedAccount(api({ result: { subdomain: "acme" } }), "dev");
  const imitated = scriptedAccount(api({ result: { subdomain: "local" } }), "dev");
  imitated.cloudflare.baseURL = "http://127.0.0.1:8787/client/v4";
  const none = scriptedAccount(api({ status: 404 }), "dev");
  const refused = scriptedAccount(api({ status: 403 }), "dev");

  const address = await findAddress(found, undefined);
  const given = await findAddress(refused, new URL("https://chat.example.com"));

  expect(address.url?.href).toBe("https://talk-dev.acme.workers.dev/");
  expect(address.findings).toMatchObject([{ kind: "note", about: "address" }]);
  expect(given).toMatchObject({ url: new URL("https://chat.example.com"), findings: [] });
  expect(await findAddress(imitated, undefined)).toMatchObject({
    url: undefined,
    reason: expect.stringContaining("an imitation, whose subdomain is somebody else's; give --url"),
    findings: [],
  });
  expect((await findAddress(none, undefined)).reason).toContain("no workers.dev subdomain yet");
  expect((await findAddress(refused, undefined)).reason).toContain("Workers Scripts Read");
});
