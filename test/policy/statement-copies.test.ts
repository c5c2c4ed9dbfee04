/** What a statement says of copies, and of who gets a message when they stop. */
import { expect, test } from "vitest";

import { stateStack } from "../../policy/statement/statement.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackWith } from "../support/settings.ts";
import { OTEL, answers } from "../support/statement.ts";

test("a copy whose end nobody states is told as one", async () => {
  expect(await answers("dev", { exports: [OTEL] })).toMatchObject({
    copies: expect.stringContaining("(kept there for a time not stated, as json)"),
  });
});

test("an encrypted copy is told with its bucket, its days and who can read it", async () => {
  const logpush = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const { facts } = await stateStack(stackWith("dev", { plan: "paid", logpush }));

  expect(facts.find(({ id }) => id === "copies")).toMatchObject({
    answer:
      "YES, with prompt, answer and metadata: by Logpush to R2 bucket app-logs of the account, encrypted for the owner of the key " +
      `that ends in ${PUBLIC_KEY.split("\n").at(-2)} (kept there for 30 days, and up to a day more); ` +
      "in clear there: gateway, provider, models, endpoint, status, time, cost, duration",
    notProved: [{ point: 10 }, { point: 17 }],
  });
});

test.each([
  ["no key", {}, "", ", metadata (stack, caller, release, route)"],
  [
    "a key",
    { publicKey: PUBLIC_KEY },
    `, metadata encrypted for the owner of the key that ends in ${PUBLIC_KEY.split("\n").at(-2)}`,
    "",
  ],
])("a copy without bodies and with %s is told as one", async (_, key, sealed, clear) => {
  const logpush = { bucket: "app-logs", keepDays: 30, bodies: false, ...key };
  const stated = async (more: object) =>
    (await stateStack(stackWith("dev", { plan: "paid", logpush, ...more }))).facts.find(
      ({ id }) => id === "copies",
    );
  const copy =
    `without prompts and answers: by Logpush to R2 bucket app-logs of the account${sealed} ` +
    "(kept there for 30 days, and up to a day more); in clear there: " +
    `gateway, provider, models, endpoint, status, time, cost, duration${clear}`;

  expect(await stated({})).toMatchObject({
    answer: `YES, ${copy}`,
    notProved: [
      { point: 10 },
      { point: 17, text: expect.stringContaining("the fields alone that its job names") },
    ],
  });
  expect((await stated({ exports: [OTEL] }))?.answer).toMatch(
    /^YES, with prompt, answer and metadata: as traces to .*; and without prompts and answers: by/,
  );
});

test("who gets a message when copies stop is stated, and that nobody does", async () => {
  const logpush = { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const alerts = {
    email: "ops@example.com",
    webhook: "https://alerts.test/T0/key",
    usage: { product: "worker_requests", limit: 1_000_000 },
  };
  const stated = async (more: object) =>
    (await answers("dev", { plan: "paid", ...more }))["alerts"];

  expect(await stated({ logpush, alerts })).toBe(
    "ops@example.com and a webhook, where Logpush switches off a job of the account that fails or usage of worker_requests passes 1,000,000; a gap in the copies is not seen by it",
  );
  expect(await stated({ logpush })).toMatch(/^NOBODY: a job that Cloudflare switches off/);
  expect(await stated({ alerts: { email: "ops@example.com" } })).toBe(
    "nobody: ops@example.com is declared, and no message is",
  );
  expect(await stated({})).toBeUndefined();
});
