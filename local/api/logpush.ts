/** `/accounts/{account}/logpush/jobs`: jobs are kept and told; nothing is pushed. */
import { z } from "zod";

import type { Allow, Api, ApiArgs } from "./api.ts";
import { ApiError, notFound, readBody, success } from "./envelope.ts";
import type { LogpushJob } from "./state.ts";

const JOBS = "/accounts/:account/logpush/jobs";

// https://developers.cloudflare.com/ai-gateway/reference/limits/
const MAX_JOBS = 4;

const change = z.looseObject({ enabled: z.boolean().optional(), name: z.string().optional() });
const creation = change.extend({
  dataset: z.string(),
  destination_conf: z.string().min(1),
  enabled: z.boolean().default(false),
});

export function addLogpush(api: Api, allow: Allow, { account }: ApiArgs): void {
  const read = allow("Logs Read", "Logs Write");
  const write = allow("Logs Write");

  const find = (id: string): LogpushJob => {
    const job = account.state.logpushJobs[id];
    if (job === undefined) throw notFound();
    return job;
  };
  const keep = (job: LogpushJob): LogpushJob => {
    account.update((state) => ({
      ...state,
      logpushJobs: { ...state.logpushJobs, [job.id]: job },
    }));
    return job;
  };

  api.get(JOBS, read, (c) => success(c, Object.values(account.state.logpushJobs)));
  api.post(JOBS, write, async (c) => {
    const body = await readBody(c, creation);
    const ids = Object.keys(account.state.logpushJobs).map(Number);
    if (ids.length >= MAX_JOBS) {
      const message = `the account has ${ids.length} Logpush jobs; at most ${MAX_JOBS} are allowed`;
      throw new ApiError(400, { code: 1004, message });
    }
    return success(c, keep({ ...body, id: Math.max(0, ...ids) + 1 }));
  });
  api.get(`${JOBS}/:job`, read, (c) => success(c, find(c.req.param("job"))));
  api.put(`${JOBS}/:job`, write, async (c) => {
    const { id, ...before } = find(c.req.param("job"));
    return success(c, keep({ ...before, ...(await readBody(c, change)), id }));
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
