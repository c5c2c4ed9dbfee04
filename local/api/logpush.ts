/** `/accounts/{account}/logpush/jobs`: jobs, whose destination is looked at; local/logpush/ does what they say. */
import { z } from "zod";

import { BUCKET_SCOPE } from "./token-record.ts";
import { statusOf } from "./access.ts";
import type { Allow, Api, ApiArgs } from "./api.ts";
import { readDestination } from "../logpush/destination.ts";
import { readFilter } from "../logpush/pusher.ts";
import { ApiError, notFound, notImitated, readBody, success } from "./envelope.ts";
import type { AccountState, LogpushJob } from "./state.ts";

const JOBS = "/accounts/:account/logpush/jobs";

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

export function addLogpush(api: Api, allow: Allow, { account }: ApiArgs): void {
  const read = allow("Logs Read", "Logs Write");
  const write = allow("Logs Write");

  const find = (id: string): LogpushJob => {
    const job = account.state.logpushJobs[id];
    if (job === undefined) throw notFound();
    return job;
  };
  const keep = (job: LogpushJob): object => {
    checkFilter(job["filter"]);
    checkDestination(job.destination_conf, account);
    account.update((state) => ({
      ...state,
      logpushJobs: { ...state.logpushJobs, [job.id]: job },
    }));
    return toWire(job);
  };

  api.get(JOBS, read, (c) => success(c, Object.values(account.state.logpushJobs).map(toWire)));
  api.post(JOBS, write, async (c) => {
    const body = await readBody(c, creation);
    const ids = Object.keys(account.state.logpushJobs).map(Number);
    if (ids.length >= MAX_JOBS) {
      const message = `the account has ${ids.length} Logpush jobs; at most ${MAX_JOBS} are allowed`;
      throw new ApiError(400, { code: 1004, message });
    }
    return success(c, keep({ ...body, id: Math.max(0, ...ids) + 1, isDeclared: false }));
  });
  api.get(`${JOBS}/:job`, read, (c) => success(c, toWire(find(c.req.param("job")))));
  api.put(`${JOBS}/:job`, write, async (c) => {
    const { id, ...before } = find(c.req.param("job"));
    const {
      enabled = before.enabled,
      destination_conf = before.destination_conf,
      ...rest
    } = await readBody(c, change);
    return success(c, keep({ ...before, ...rest, enabled, destination_conf, id }));
  });
  api.delete(`${JOBS}/:job`, write, (c) => {
    const { id } = find(c.req.param("job"));
    account.update((state) => {
      const { [id]: gone, ...logpushJobs } = state.logpushJobs;
      return { ...state, logpushJobs };
    });
    return success(c, { id });
  });
}

function toWire({ isDeclared, ...job }: LogpushJob): object {
  return job;
}

function checkFilter(filter: unknown): void {
  try {
    readFilter(filter);
  } catch {
    throw notImitated("a filter of Logpush but for one gateway");
  }
}

/** As Cloudflare does on every create and update, by writing there; only R2 is known here. */
function checkDestination(destination: string, account: AccountState): void {
  const { bucket, keys } = readDestination(destination);
  if (bucket === undefined) return;
  const token = Object.values(account.state.tokens).find(
    ({ id, hash }) => id === keys.get("access-key-id") && hash === keys.get("secret-access-key"),
  );
  const resource = `${BUCKET_SCOPE}.${account.id}_default_${bucket}`;
  const mayWrite =
    token !== undefined &&
    statusOf(token) === "active" &&
    token.policies.some(
      ({ effect, resources }) => effect === "allow" && resources[resource] === "*",
    );
  if (account.state.buckets[bucket] !== undefined && mayWrite) return;
  const message = `error validating destination: no such bucket, or the keys may not write there`;
  throw new ApiError(400, { code: 1002, message });
}
