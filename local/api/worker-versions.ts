/** Versions of a Worker, by which wrangler replaces one that exists. */
import { z } from "zod";

import { notImitated, readBody, refuse } from "./envelope.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import { changeable } from "./state.ts";
import {
  describeDeployments,
  describeScriptSettings,
  describeVersion,
  readUpload,
  SCRIPT_SETTINGS,
  startup_time_ms,
  versionIdOf,
  type WorkerRecord,
} from "./worker-record.ts";
import { deploy, READ, SCRIPT, WRITE, workerOf } from "./worker-state.ts";

export const VERSION_ROUTES: readonly Route[] = [
  ["POST", `${SCRIPT}/versions`, WRITE, uploadVersion],
  ["GET", `${SCRIPT}/versions/:version`, READ, readVersion],
  ["GET", `${SCRIPT}/versions`, READ, refuseVersions],
  ["GET", `${SCRIPT}/tails`, READ, refuseTail],
  ["POST", `${SCRIPT}/tails`, WRITE, refuseTail],
  ["POST", `${SCRIPT}/deployments`, WRITE, deployVersion],
  ["PATCH", `${SCRIPT}/script-settings`, WRITE, changeScriptSettings],
];

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

async function uploadVersion(c: ApiContext): Promise<object> {
  const before = changeable(workerOf(c));
  const version = await readUpload(before.name, c.req.raw, before);
  c.env.versions.set(version.name, version);
  return { ...describeVersion(version), startup_time_ms };
}

async function deployVersion(c: ApiContext): Promise<object | undefined> {
  const worker = changeable(workerOf(c));
  const { versions } = await readBody(c, deployment);
  const [wanted] = versions;
  if (versions.length > 1 || wanted?.percentage !== 100) {
    throw notImitated("a deployment of several versions side by side");
  }
  const version = findVersion(c, worker, wanted.version_id);
  if (version === undefined && findEarlier(worker, wanted.version_id)) refuseVersions(c);
  const missing = `${worker.name} has no version ${wanted.version_id} here`;
  const deployed = withVersion(
    worker,
    version ?? refuse(404, 10_007, `${missing}; only the newest is kept`),
  );
  await deploy(c, deployed);
  return describeDeployments(deployed).deployments[0];
}

/** Returns the Worker as of a version: the deployed one, or one uploaded since. */
function findVersion(c: ApiContext, worker: WorkerRecord, id: string): WorkerRecord | undefined {
  const versions = [c.env.versions.get(worker.name), worker];
  return versions.find((each) => each !== undefined && versionIdOf(each) === id);
}

function findEarlier({ earlier = [] }: WorkerRecord, id: string): object | undefined {
  return earlier.find((version) => version.id === id);
}

function readVersion(c: ApiContext): object {
  const [worker, id] = [workerOf(c), param(c, "version")];
  const version = findVersion(c, worker, id);
  if (version !== undefined) return describeVersion(version);
  return findEarlier(worker, id) ?? refuseVersions(c);
}

function refuseVersions(c: ApiContext): never {
  const { name } = workerOf(c);
  throw notImitated(`older versions, nor a rollback: of ${name} only the newest upload is kept`);
}

function refuseTail(c: ApiContext): never {
  const { name } = workerOf(c);
  throw notImitated(`a tail: what ${name} writes to its console appears where npm start runs`);
}

async function changeScriptSettings(c: ApiContext): Promise<object> {
  const worker = changeable(workerOf(c));
  const settings = { ...worker.settings, ...(await readBody(c, scriptSettings)) };
  c.env.account.put("workers", worker.name, { ...worker, settings });
  return describeScriptSettings({ ...worker, settings });
}

/**
 * Returns the Worker with what a version holds; what belongs to none stays as it is: address,
 * triggers, and settings of the Worker as a whole.
 */
function withVersion(worker: WorkerRecord, version: WorkerRecord): WorkerRecord {
  const { subdomain, crons, createdAt } = worker;
  const own = SCRIPT_SETTINGS.filter((name) => name in worker.settings);
  const kept = Object.fromEntries(own.map((name) => [name, worker.settings[name]]));
  return { ...version, subdomain, crons, createdAt, settings: { ...version.settings, ...kept } };
}
