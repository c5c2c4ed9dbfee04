/** What an account holds beside everything that a stack declares, as Cloudflare publishes it. */
import { randomUUID } from "node:crypto";

import type { RunningAccount } from "./account.ts";

/** Puts something where its list stands, as a hand in the dashboard would. */
export function holdIn({ account }: RunningAccount, place: string, body: object): void {
  account.put("held", randomUUID(), { place, body: { ...body }, isDeclared: false });
}

const TIMES = { created_at: "2026-11-01T00:00:00Z", modified_at: "2026-11-01T00:00:00Z" };
const GATEWAY = "ai-gateway/gateways/app";

const VERSION = {
  version_id: "v2",
  active: "true",
  created_at: "2026-11-01T00:00:00Z",
  data: "{}",
  is_valid: true,
};

const ELEMENTS = [
  { id: "start", type: "start", outputs: { next: { elementId: "model" } } },
  {
    id: "model",
    type: "model",
    outputs: { success: { elementId: "end" }, fallback: { elementId: "end" } },
    properties: { model: "gpt-5", provider: "openai", retries: 1, timeout: 1000 },
  },
  { id: "end", type: "end", outputs: {} },
];

const DATASET = {
  id: "d1",
  gateway_id: "app",
  name: "support",
  enable: true,
  filters: [{ key: "model", operator: "eq", value: ["a"] }],
  ...TIMES,
};

const RESULT = {
  id: "s1",
  evaluation_id: "e1",
  evaluation_type_id: "cost",
  result: "0.1",
  status: 2,
  status_description: "done",
  total_logs: 7,
  ...TIMES,
};

const ROLE = {
  id: "r1",
  name: "Administrator Read Only",
  description: "reads everything",
  permissions: {},
};

/** One thing of each kind that the local account holds and does not make. */
export const HELD: readonly { readonly path: string; readonly body: object }[] = [
  {
    path: `${GATEWAY}/routes`,
    body: {
      id: "r1",
      account_tag: "a",
      gateway_id: "app",
      name: "support",
      elements: ELEMENTS,
      version: VERSION,
      deployment: { deployment_id: "d1", version_id: "v2", created_at: VERSION.created_at },
      ...TIMES,
    },
  },
  { path: `${GATEWAY}/routes/r1/versions`, body: VERSION },
  {
    path: `${GATEWAY}/evaluations`,
    body: {
      id: "e1",
      gateway_id: "app",
      name: "cost",
      datasets: [{ account_id: "a", account_tag: "a", ...DATASET }],
      processed: true,
      results: [RESULT],
      total_logs: 7,
      ...TIMES,
    },
  },
  {
    path: "logpush/transformers",
    body: {
      id: 1,
      name: "redact",
      dataset: "ai_gateway_events",
      associated_jobs: [{ id: 7, name: "x", object_tag: "a", object_type: "account" }],
      created_at: TIMES.created_at,
      updated_at: TIMES.modified_at,
    },
  },
  {
    path: "members",
    body: {
      id: "m1",
      email: "somebody@example.com",
      status: "accepted",
      roles: [ROLE],
      policies: [],
      user: { email: "somebody@example.com" },
    },
  },
];
