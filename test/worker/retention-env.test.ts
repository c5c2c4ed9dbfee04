import { expect, test } from "vitest";

import { checkEnv } from "../../worker/retention/env.ts";
import { BINDINGS } from "../support/retention-bindings.ts";

test("complete bindings are read, with an address for alerts or without", () => {
  expect(checkEnv(BINDINGS)).toMatchObject({ KEEP_DAYS: 30, MAX_SUBREQUESTS: 50 });
  expect(checkEnv({ ...BINDINGS, ALERT_URL: "https://alerts.test/x" })).toMatchObject({
    ALERT_URL: "https://alerts.test/x",
  });
});

test("on a laptop the API's address may be of http", () => {
  const API_URL = "http://127.0.0.1:8787/client/v4";

  expect(checkEnv({ ...BINDINGS, API_URL })).toMatchObject({ API_URL });
});

test("all that is wrong is named at once", () => {
  expect(() => checkEnv({ ...BINDINGS, KEEP_DAYS: "0", STACK: " " })).toThrow(
    "bindings: KEEP_DAYS, STACK; ",
  );
});

test.each([
  ...Object.keys(BINDINGS).map((name) => [name, undefined]),
  ["KEEP_DAYS", "0"],
  ["KEEP_DAYS", "-1"],
  ["KEEP_DAYS", "1e9"],
  ["KEEP_DAYS", "thirty"],
  ["MAX_SUBREQUESTS", ""],
  ["API_TOKEN", "  "],
  ["API_URL", "https://api.test/"],
  ["API_URL", "ftp://api.test"],
  ["API_URL", "ftp://api.test/https://api.test"],
  ["ALERT_URL", "http://alerts.test/secret"],
  ["ALERT_URL", "http://alerts.test/https://alerts.test"],
  ["ALERT_URL", ""],
])("%s of %j is named, and its value is not", (name, value) => {
  const act = () => checkEnv({ ...BINDINGS, [String(name)]: value });

  expect(act).toThrow(
    `Worker has missing or unusable bindings: ${name}; infra/retention-worker.ts declares them, deploy the stack again`,
  );
});
