import { beforeAll, expect, test, vi } from "vitest";

import { recordStack, type Recorded } from "../../record/record.ts";
import { stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
const ACCOUNT = "0123456789abcdef0123456789abcdef";
const WEBHOOK = "https://alerts.example.com/T0/key";

let resources: readonly Recorded[];

beforeAll(async () => {
  const config = stackConfig("dev", {
    plan: "paid",
    logpush: { bucket: "shop-dev-logs", keepDays: 30, bodies: false },
    alerts: {
      email: "ops@example.com",
      webhook: WEBHOOK,
      usage: { product: "worker_requests", limit: 1_000_000 },
    },
  });
  ({ resources } = await recordStack("dev", config, () => import("../../infra/index.ts")));
});

test("a policy for each event reaches the address and the webhook", () => {
  const mechanisms = { emails: [{ id: "ops@example.com" }], webhooks: [{ id: "alerts-id" }] };

  expect(inputsOf("NotificationPolicy")).toEqual({
    "alerts-copies": {
      accountId: ACCOUNT,
      name: "ai-gateway shop-dev copies",
      alertType: "failing_logpush_job_disabled_alert",
      enabled: true,
      mechanisms,
    },
    "alerts-usage": {
      accountId: ACCOUNT,
      name: "ai-gateway shop-dev usage",
      alertType: "billing_usage_alert",
      enabled: true,
      mechanisms,
      filters: { products: ["worker_requests"], limits: ["1000000"] },
    },
  });
});

test("the webhook's address is a secret of the state", () => {
  const webhook = resources.find(({ type }) => type.endsWith(":NotificationPolicyWebhooks"));

  expect(webhook).toMatchObject({
    name: "alerts",
    inputs: { accountId: ACCOUNT, name: "ai-gateway shop-dev", url: WEBHOOK },
    secretInputs: ["url"],
  });
  const others = resources.filter((resource) => resource !== webhook);
  expect(JSON.stringify(others)).not.toContain(WEBHOOK);
});

function inputsOf(type: string) {
  const found = resources.filter((resource) => resource.type.endsWith(`:${type}`));
  return Object.fromEntries(found.map(({ name, inputs }) => [name, inputs]));
}
