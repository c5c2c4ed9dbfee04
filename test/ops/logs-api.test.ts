/** What becomes of the Logs API's odd answers. */
import { expect, test } from "vitest";

import { findLogs } from "../../ops/look/logs.ts";
import { scriptedAccount } from "../support/scripted-account.ts";
import { rawLog } from "../support/logs.ts";

test("a caller's name in another entry of the metadata does not make it the caller's log", async () => {
  const account = scriptedAccount(
    ({ query }) => ({
      result:
        query.get("page") === "1"
          ? [
              { ...rawLog("mine"), metadata: '{"caller":"web"}' },
              { ...rawLog("other"), metadata: '{"caller":"batch","route":"web"}' },
              { ...rawLog("none"), metadata: "no JSON" },
            ]
          : [],
    }),
    "dev",
  );

  const found = await Array.fromAsync(findLogs(account, { callers: ["web"] }));

  expect(found.map(({ id }) => id)).toEqual(["mine"]);
});

test("an API that answers every page alike ends the list", async () => {
  const account = scriptedAccount(() => ({ result: [rawLog("one"), rawLog("two")] }), "dev");

  expect(await Array.fromAsync(findLogs(account, {}))).toHaveLength(2);
});

test("a log that is not as documented is refused by the names of its fields", async () => {
  const account = scriptedAccount(
    () => ({ result: [{ ...rawLog("x"), cached: "a prompt" }] }),
    "dev",
  );

  const found = Array.fromAsync(findLogs(account, {}));

  await expect(found).rejects.toThrow("a log whose cached is not as documented");
});
