/** `/accounts/{account}/workers`: Workers that are uploaded here run here. */
import { z } from "zod";

import type { Allow, Api, ApiArgs } from "./api.ts";
import { ApiError, check, readBody, success } from "./envelope.ts";
import {
  describeDeployments,
  describeScriptSettings,
  describeSettings,
  describeWorker,
  readUpload,
  scriptName,
  toServed,
  type WorkerRecord,
} from "./worker-record.ts";
import { addVersions } from "./worker-versions.ts";

const WORKERS = "/accounts/:account/workers";
const SCRIPT = `${WORKERS}/scripts/:script`;

const address = z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() });
const schedules = z.array(z.object({ cron: z.string().min(1) }));

export function addWorkers(api: Api, allow: Allow, { account, workers }: ApiArgs): void {
  const read = allow("Workers Scripts Read", "Workers Scripts Write");
  const write = allow("Workers Scripts Write");

  const find = (name: string): WorkerRecord => {
    const worker = account.state.workers[name];
    if (worker !== undefined) return worker;
    const message = "This Worker does not exist on your account.";
    throw new ApiError(404, { code: 10_007, message });
  };
  const keep = (worker: WorkerRecord): void =>
    account.update((state) => ({ ...state, workers: { ...state.workers, [worker.name]: worker } }));

  const deploy = async (worker: WorkerRecord): Promise<void> => {
    // Served first: one that does not load is not kept.
    await workers.serve(toServed(worker)).catch((cause: unknown) => {
      const message = "the Worker does not load; the runtime says why where npm start runs";
      throw new ApiError(400, { code: 10_021, message: `${message}: ${String(cause)}` });
    });
    keep(worker);
  };

  addVersions(api, {
    path: SCRIPT,
    write,
    find: (name) => {
      const worker = find(name);
      requireMadeHere(worker);
      return worker;
    },
    readUpload: async (request, before) => readUpload(before.name, await readForm(request), before),
    deploy,
    keep,
  });
  api.get(`${WORKERS}/scripts`, read, (c) =>
    success(c, Object.values(account.state.workers).map(describeWorker)),
  );
  api.put(SCRIPT, write, async (c) => {
    const name = check(scriptName, c.req.param("script"));
    requireMadeHere(account.state.workers[name]);
    const form = await readForm(c.req.raw);
    const worker = await readUpload(name, form, account.state.workers[name]);
    await deploy(worker);
    return success(c, describeWorker(worker));
  });
  api.delete(SCRIPT, write, async (c) => {
    const worker = find(c.req.param("script"));
    requireMadeHere(worker);
    const { name } = worker;
    account.update((state) => {
      const { [name]: gone, ...rest } = state.workers;
      return { ...state, workers: rest };
    });
    await workers.remove(name);
    return success(c, { id: name });
  });
  api.get(`${SCRIPT}/settings`, read, (c) =>
    success(c, describeSettings(find(c.req.param("script")))),
  );
  api.get(`${SCRIPT}/script-settings`, read, (c) =>
    success(c, describeScriptSettings(find(c.req.param("script")))),
  );
  api.get(`${SCRIPT}/deployments`, read, (c) =>
    success(c, describeDeployments(find(c.req.param("script")))),
  );
  api.get(`${SCRIPT}/secrets`, read, (c) => {
    const { bindings } = find(c.req.param("script"));
    const secrets = bindings.filter(({ type }) => type === "secret_text");
    return success(
      c,
      secrets.map(({ name, type }) => ({ name, type })),
    );
  });
  api.get(`${SCRIPT}/content/v2`, read, (c) => content(find(c.req.param("script"))));
  api.get(`${SCRIPT}/subdomain`, read, (c) => success(c, find(c.req.param("script")).subdomain));
  api.post(`${SCRIPT}/subdomain`, write, async (c) => {
    const worker = find(c.req.param("script"));
    const { enabled, previews_enabled = enabled } = await readBody(c, address);
    keep({ ...worker, subdomain: { enabled, previews_enabled } });
    return success(c, { enabled, previews_enabled });
  });
  api.delete(`${SCRIPT}/subdomain`, write, (c) => {
    const off = { enabled: false, previews_enabled: false };
    keep({ ...find(c.req.param("script")), subdomain: off });
    return success(c, off);
  });
  api.get(`${SCRIPT}/schedules`, read, (c) =>
    success(c, describeSchedules(find(c.req.param("script")))),
  );
  api.put(`${SCRIPT}/schedules`, write, async (c) => {
    const worker = find(c.req.param("script"));
    const crons = (await readBody(c, schedules)).map(({ cron }) => cron);
    keep({ ...worker, crons });
    return success(c, describeSchedules({ ...worker, crons }));
  });
  api.get(`${WORKERS}/services/:script`, read, (c) => {
    const script = describeWorker(find(c.req.param("script")));
    const environment = { environment: "production", script };
    return success(c, {
      id: c.req.param("script"),
      default_environment: environment,
      environments: [environment],
    });
  });
  // The newer way to ask for the same; wrangler asks this of an address.
  api.get(`${WORKERS}/workers/:script`, read, (c) =>
    success(c, describeAddress(find(c.req.param("script")))),
  );
  api.get(`${WORKERS}/subdomain`, read, (c) => success(c, { subdomain: "local" }));
  // There are no zones here, and so no domains.
  api.get(`${WORKERS}/domains`, read, (c) => success(c, []));
}

function readForm(request: Request): Promise<FormData> {
  return request.formData().catch(() => {
    throw new ApiError(400, { code: 10_021, message: "the body is not multipart/form-data" });
  });
}

function requireMadeHere(worker: WorkerRecord | undefined): void {
  if (worker?.isDeclared !== true) return;
  const message = `${worker.name} is the running stack's own: change the stack file`;
  throw new ApiError(409, { code: 10_000, message });
}

/** Multipart, as it was uploaded. */
function content({ mainModule, modules }: WorkerRecord): Response {
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

function describeAddress({ name, subdomain, createdAt, modifiedAt }: WorkerRecord): object {
  return { id: name, name, subdomain, created_on: createdAt, updated_on: modifiedAt };
}

function describeSchedules({ crons, modifiedAt }: WorkerRecord): object {
  const dates = { created_on: modifiedAt, modified_on: modifiedAt };
  return { schedules: crons.map((cron) => ({ cron, ...dates })) };
}
