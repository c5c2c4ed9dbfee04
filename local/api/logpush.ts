/** `/accounts/{account}/logpush/jobs`: jobs, whose destination is checked; local/logpush/ runs them. */
import { z } from "zod";

import { LOGPUSH_DATASET } from "../../policy/gateway/logpush-job.ts";
import { readDestination } from "../logpush/destination.ts";
import { readFilter } from "../logpush/pusher.ts";
import { RECORD_FIELDS } from "../logpush/record.ts";
import { statusOf } from "./access.ts";
import { notImitated, readBody, refuse } from "./envelope.ts";
import { param, recordAt, removeAt, toWire, type ApiContext, type Route } from "./route.ts";
import type { AccountState, Records } from "./state.ts";
import { BUCKET_SCOPE } from "./token-record.ts";

const JOBS = "/accounts/:account/logpush/jobs";
const JOB = `${JOBS}/:job`;
// Reading needs it, too. https://developers.cloudflare.com/logs/logpush/permissions/
const WRITE = ["Logs Write"] as const;

export const LOGPUSH_ROUTES: readonly Route[] = [
  ["GET", JOBS, WRITE, (c) => c.env.account.list("logpushJobs").map(toWire)],
  ["POST", JOBS, WRITE, createJob],
  ["GET", JOB, WRITE, (c) => toWire(recordAt(c, "logpushJobs", "job"))],
  ["PUT", JOB, WRITE, changeJob],
  ["DELETE", JOB, WRITE, (c) => ({ id: removeAt(c, "logpushJobs", "job").id })],
  ["GET", "/accounts/:account/logpush/datasets/:dataset/fields", WRITE, listFields],
];

function listFields(c: ApiContext): object {
  if (param(c, "dataset") !== LOGPUSH_DATASET) throw notImitated("the fields of another dataset");
  return RECORD_FIELDS;
}

// https://developers.cloudflare.com/ai-gateway/reference/limits/
const MAX_JOBS = 4;

const change = z.looseObject({
  enabled: z.boolean().optional(),
  destination_conf: z.string().min(1).optional(),
});
const creation = change.extend({
  dataset: z.string(),
  destination_conf: z.string().min(1),
  enabled: z.boolean().default(false),
  name: z
    .string()
    .regex(/^[A-Za-z0-9.-]{0,512}$/)
    .nullish(),
});

async function createJob(c: ApiContext): Promise<object> {
  const body = await readBody(c, creation);
  const ids = Object.keys(c.env.account.state.logpushJobs).map(Number);
  if (ids.length >= MAX_JOBS) {
    const limit = `at most ${MAX_JOBS} are allowed`;
    refuse(400, 1004, `the account has ${ids.length} Logpush jobs; ${limit}`);
  }
  return keep(c, { ...body, id: Math.max(0, ...ids) + 1, isDeclared: false });
}

async function changeJob(c: ApiContext): Promise<object> {
  const { id, ...before } = recordAt(c, "logpushJobs", "job");
  const {
    enabled = before.enabled,
    destination_conf = before.destination_conf,
    ...rest
  } = await readBody(c, change);
  return keep(c, { ...before, ...rest, enabled, destination_conf, id });
}

function keep({ env: { account } }: ApiContext, job: Records["logpushJobs"]): object {
  checkFilter(job["filter"]);
  checkDestination(job.destination_conf, account);
  account.put("logpushJobs", job.id, job);
  return toWire(job);
}

function checkFilter(filter: unknown): void {
  try {
    readFilter(filter);
  } catch {
    const [, field] = /^\{"where":\{"key":"(\w+)"/.exec(String(filter)) ?? [];
    if (field === undefined || Object.hasOwn(RECORD_FIELDS, field)) {
      throw notImitated("a filter of Logpush but for one gateway");
    }
    refuse(400, 1004, `bad predicate: unknown field ${JSON.stringify(field)}`);
  }
}

/** Refuses as Cloudflare does on every create and update, by writing there; only R2 is known here. */
function checkDestination(destination: string, account: AccountState): void {
  const { bucket, keys } = readDestination(destination);
  if (bucket === undefined) return;
  const token = account
    .list("tokens")
    .find(
      ({ id, hash }) => id === keys.get("access-key-id") && hash === keys.get("secret-access-key"),
    );
  const resource = `${BUCKET_SCOPE}.${account.id}_default_${bucket}`;
  const mayWrite =
    token !== undefined &&
    statusOf(token) === "active" &&
    token.policies.some(
      ({ effect, resources }) => effect === "allow" && resources[resource] === "*",
    );
  if (account.find("buckets", bucket) !== undefined && mayWrite) return;
  refuse(
    400,
    1002,
    "error validating destination: no such bucket, or the keys may not write there",
  );
}
