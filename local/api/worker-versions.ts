/** Versions of a Worker, and the deployment of one of them: how wrangler replaces a Worker that exists. */
import type { MiddlewareHandler } from "hono";
import { z } from "zod";

import type { Api, ApiEnv } from "./api.ts";
import { ApiError, notImitated, readBody, success } from "./envelope.ts";
import {
  describeDeployments,
  describeScriptSettings,
  describeVersion,
  SCRIPT_SETTINGS,
  versionIdOf,
  type WorkerRecord,
} from "./worker-record.ts";

export interface VersionsArgs {
  readonly path: "/accounts/:account/workers/scripts/:script";
  readonly write: MiddlewareHandler<ApiEnv>;
  /** The Worker of a path, which the stack does not declare. */
  readonly find: (name: string) => WorkerRecord;
  readonly readUpload: (request: Request, before: WorkerRecord) => Promise<WorkerRecord>;
  /** Serves it in place of what was served, or throws an ApiError. */
  readonly deploy: (worker: WorkerRecord) => Promise<void>;
  readonly keep: (worker: WorkerRecord) => void;
}

const deployment = z.object({
  strategy: z.literal("percentage"),
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })).min(1),
});

const scriptSettings = z.object({
  logpush: z.boolean().optional(),
  tags: z.array(z.string()).nullish(),
  tail_consumers: z.array(z.unknown()).nullish(),
  observability: z.unknown().optional(),
} satisfies Record<(typeof SCRIPT_SETTINGS)[number], z.ZodType>);

export function addVersions(api: Api, args: VersionsArgs): void {
  const { path, write, find, deploy, keep } = args;
  // The newest of each Worker alone, and not on disk: an older one cannot be gone back to.
  const uploaded = new Map<string, WorkerRecord>();

  api.post(`${path}/versions`, write, async (c) => {
    const version = await args.readUpload(c.req.raw, find(c.req.param("script")));
    uploaded.set(version.name, version);
    return success(c, describeVersion(version));
  });
  api.post(`${path}/deployments`, write, async (c) => {
    const worker = find(c.req.param("script"));
    const { versions } = await readBody(c, deployment);
    const [wanted] = versions;
    if (versions.length > 1 || wanted?.percentage !== 100) {
      throw notImitated("a deployment of several versions side by side");
    }
    const version = [uploaded.get(worker.name), worker].find(
      (each) => each !== undefined && versionIdOf(each) === wanted.version_id,
    );
    if (version === undefined) {
      const message = `${worker.name} has no version ${wanted.version_id} here; only the newest is kept`;
      throw new ApiError(404, { code: 10_007, message });
    }
    const deployed = withVersion(worker, version);
    await deploy(deployed);
    return success(c, describeDeployments(deployed).deployments[0]);
  });
  api.patch(`${path}/script-settings`, write, async (c) => {
    const worker = find(c.req.param("script"));
    const said = await readBody(c, scriptSettings);
    const changed = { ...worker, settings: { ...worker.settings, ...said } };
    keep(changed);
    return success(c, describeScriptSettings(changed));
  });
}

/** What belongs to no version stays as it is: address, triggers, and settings of the Worker as a whole. */
function withVersion(worker: WorkerRecord, version: WorkerRecord): WorkerRecord {
  const { subdomain, crons, createdAt } = worker;
  const own = SCRIPT_SETTINGS.filter((name) => name in worker.settings);
  const kept = Object.fromEntries(own.map((name) => [name, worker.settings[name]]));
  return { ...version, subdomain, crons, createdAt, settings: { ...version.settings, ...kept } };
}
