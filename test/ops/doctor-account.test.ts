/** What the account itself says of its log system and its subdomain. */
import { expect, test } from "vitest";

import { checkAccount } from "../../ops/doctor/account.ts";
import { scriptedAccount, type Answer, type ApiCall } from "../support/scripted-account.ts";

test.each([
  [undefined, "kept", "the Worker will answer at https://talk-dev.acme.workers.dev"],
  ["acme", "kept", "the Worker will answer at https://talk-dev.acme.workers.dev"],
  ["other", "broken", 'worker.workersDevSubdomain is "other"; the account has "acme"'],
])("a declared subdomain %s is compared with Cloudflare's", async (label, kind, message) => {
  const named = { name: "talk-dev", models: ["@cf/a/b"], workersDev: true };
  const declared = { ...named, ...(label !== undefined && { workersDevSubdomain: label }) };
  const answer = ({ path }: ApiCall): Answer =>
    path === "/workers/subdomain" ? { result: { subdomain: "acme" } } : { status: 404 };
  const account = scriptedAccount(answer, "dev", { worker: declared });

  expect(await checkAccount(account, account.stack)).toContainEqual(
    expect.objectContaining({ kind, about: "workers.dev", message }),
  );
});

test.each([
  ["2026-09-23T23:59:59Z", "kept", "legacy"],
  ["2026-09-24T00:00:00Z", "broken", "observability"],
  [undefined, "unknown", "does not say when"],
])("an account made on %s tells its log system", async (created_on, kind, part) => {
  const answer = ({ path, query }: ApiCall): Answer => {
    if (path !== "/client/v4/accounts") return { status: 404 };
    return { result: query.get("page") === null ? [{ id: "a".repeat(32), created_on }] : [] };
  };
  const account = scriptedAccount(answer, "dev");

  const [system] = await checkAccount(account, account.stack);

  expect(system).toMatchObject({ kind, about: "logSystem" });
  expect(system?.message).toContain(part);
});
