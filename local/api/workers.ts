/** `/accounts/{account}/workers`: the Workers of the account, which run here. */
import { z } from "zod";

import { check, readBody } from "./envelope.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import { changeable } from "./state.ts";
import {
  describeDeployments,
  describeScriptSettings,
  describeSettings,
  describeWorker,
  readUpload,
  scriptName,
  startup_time_ms,
  versionIdOf,
  type WorkerRecord,
} from "./worker-record.ts";
import { deploy, READ, SCRIPT, WORKERS, workerOf, WRITE } from "./worker-state.ts";

export const WORKER_ROUTES: readonly Route[] = [
  ["GET", `${WORKERS}/scripts`, READ, listWorkers],
  ["PUT", SCRIPT, WRITE, uploadWorker],
  ["DELETE", SCRIPT, WRITE, deleteWorker],
  ["GET", `${SCRIPT}/settings`, READ, (c) => describeSettings(workerOf(c))],
  ["GET", `${SCRIPT}/script-settings`, READ, (c) => describeScriptSettings(workerOf(c))],
  ["GET", `${SCRIPT}/deployments`, READ, (c) => describeDeployments(workerOf(c))],
  ["GET", `${SCRIPT}/content/v2`, READ, (c) => contentOf(workerOf(c))],
  ["GET", `${SCRIPT}/subdomain`, READ, (c) => workerOf(c).subdomain],
  ["POST", `${SCRIPT}/subdomain`, WRITE, changeSubdomain],
  ["DELETE", `${SCRIPT}/subdomain`, WRITE, (c) => keepSubdomain(c, NO_ADDRESS)],
  ["GET", `${SCRIPT}/schedules`, READ, (c) => describeSchedules(workerOf(c))],
  ["PUT", `${SCRIPT}/schedules`, WRITE, replaceSchedules],
  ["GET", `${WORKERS}/services/:script`, READ, (c) => describeService(workerOf(c))],
  // By this path wrangler deletes a Worker, after it has looked for what needs it.
  ["DELETE", `${WORKERS}/services/:script`, WRITE, deleteWorker],
  ["GET", `${SCRIPT}/references`, READ, describeReferences],
  ["GET", `${WORKERS}/tails/by-consumer/:script`, READ, () => []],
  ["GET", `${WORKERS}/durable_objects/namespaces`, READ, () => []],
  ["GET", "/accounts/:account/storage/kv/namespaces", READ, () => []],
  // This is the newer way to read the same; wrangler reads an address here.
  ["GET", `${WORKERS}/workers/:script`, READ, (c) => describeWhole(workerOf(c))],
  ["GET", `${WORKERS}/subdomain`, READ, () => ({ subdomain: "local" })],
  // There are no zones here, and so no domains.
  ["GET", `${WORKERS}/domains`, READ, () => []],
];

const address = z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });
const NO_ADDRESS = { enabled: false, previews_enabled: false };
const schedules = z.array(z.object({ cron: z.string().min(1) }));

function listWorkers({ env: { account } }: ApiContext): object {
  return account.list("workers").map(describeWorker);
}

async function uploadWorker(c: ApiContext): Promise<object> {
  const name = check(scriptName, param(c, "script"));
  const before = changeable(c.env.account.find("workers", name));
  const worker = await readUpload(name, c.req.raw, before);
  await deploy(c, worker);
  // wrangler prints the id of the deployment as that of the version.
  const deployment_id = versionIdOf(worker).replaceAll("-", "");
  return { ...describeWorker(worker), startup_time_ms, deployment_id };
}

async function deleteWorker(c: ApiContext): Promise<object> {
  const { name } = changeable(workerOf(c));
  c.env.account.remove("workers", name);
  await c.env.workers.remove(name);
  return { id: name };
}

async function changeSubdomain(c: ApiContext): Promise<object> {
  workerOf(c);
  const { enabled, previews_enabled = enabled } = await readBody(c, address);
  return keepSubdomain(c, { enabled, previews_enabled });
}

function keepSubdomain(c: ApiContext, subdomain: WorkerRecord["subdomain"]): object {
  const worker = workerOf(c);
  c.env.account.put("workers", worker.name, { ...worker, subdomain });
  return subdomain;
}

async function replaceSchedules(c: ApiContext): Promise<object> {
  const worker = workerOf(c);
  const crons = (await readBody(c, schedules)).map(({ cron }) => cron);
  c.env.account.put("workers", worker.name, { ...worker, crons });
  return describeSchedules({ ...worker, crons });
}

/** Returns the modules as they were uploaded, multipart. */
function contentOf({ mainModule, modules }: WorkerRecord): Response {
  const form = new FormData();
  // The provider looks at the first part alone.
  const sorted = modules.toSorted(
    (a, b) => Number(b.name === mainModule) - Number(a.name === mainModule),
  );
  for (const { name, type, contents } of sorted) {
    const mime = type === "esm" ? "application/javascript+module" : "application/octet-stream";
    form.set(name, new Blob([Buffer.from(contents, "base64")], { type: mime }), name);
  }
  return new Response(form, { headers: { "cf-entrypoint": mainModule } });
}

function describeWhole(worker: WorkerRecord): object {
  const { name, subdomain, createdAt, modifiedAt } = worker;
  return {
    id: name,
    name,
    subdomain,
    created_on: createdAt,
    updated_on: modifiedAt,
    ...describeScriptSettings(worker),
    references: {
      dispatch_namespace_outbounds: [],
      domains: [],
      durable_objects: [],
      queues: [],
      workers: [],
    },
  };
}

function describeSchedules({ crons, modifiedAt }: WorkerRecord): object {
  const dates = { created_on: modifiedAt, modified_on: modifiedAt };
  return { schedules: crons.map((cron) => ({ cron, ...dates })) };
}

/** Describes who else needs a Worker: nothing here binds one to another. */
function describeReferences(c: ApiContext): object {
  workerOf(c);
  return { services: { incoming: [], outgoing: [] }, durable_objects: [], dispatch_outbounds: [] };
}

function describeService(worker: WorkerRecord): object {
  const environment = { environment: "production", script: describeWorker(worker) };
  return { id: worker.name, default_environment: environment, environments: [environment] };
}
