import { expect, test } from "vitest";

import {
  LOGPUSH_DATASET,
  logpushFilter,
  logpushJobName,
  offeredFields,
} from "../../policy/gateway/logpush-job.ts";

test("a job is named after its gateway, in the letters that a job's name may have", () => {
  expect(logpushJobName("shop-dev")).toBe("ai-gateway-shop-dev");
  expect(logpushJobName("shop_dev_2")).toBe("ai-gateway-shop-dev-2");
});

test("a job takes the logs of one gateway out of AI Gateway's own dataset", () => {
  expect(LOGPUSH_DATASET).toBe("ai_gateway_events");
  expect(logpushFilter("app")).toBe('{"where":{"key":"Gateway","operator":"eq","value":"app"}}');
});

test("of the wanted fields a job has those that are offered, and the time under its older name", () => {
  const wanted = ["Timestamp", "Gateway", "Metrics"];

  expect(offeredFields(wanted, ["Metrics", "Timestamp", "Datetime", "Country"])).toEqual([
    "Timestamp",
    "Metrics",
  ]);
  expect(offeredFields(wanted, ["Gateway", "Datetime"])).toEqual(["Datetime", "Gateway"]);
  expect(offeredFields(wanted, ["Gateway"])).toEqual(["Gateway"]);
});
