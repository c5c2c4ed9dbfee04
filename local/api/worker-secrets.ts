/** `/accounts/{account}/workers/scripts/{script}/secrets`: each change deploys a version of its own. */
import { z } from "zod";

import { notImitated, readBody, refuse } from "./envelope.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import { changeable } from "./state.ts";
import type { WorkerRecord } from "./worker-record.ts";
import { deploy, READ, SCRIPT, workerOf, WRITE } from "./worker-state.ts";

const SECRETS = `${SCRIPT}/secrets`;

export const SECRET_ROUTES: readonly Route[] = [
  ["GET", SECRETS, READ, (c) => secretsOf(workerOf(c))],
  ["PUT", SECRETS, WRITE, putSecret],
  ["GET", `${SECRETS}/:secret`, READ, (c) => secretOf(c)],
  ["DELETE", `${SECRETS}/:secret`, WRITE, deleteSecret],
];

const secret = z.looseObject({ name: z.string().min(1), type: z.string() });
const text = z.object({ text: z.string() });

/** Lists the secrets by name: nobody can read a value back. */
function secretsOf({ bindings }: WorkerRecord): readonly object[] {
  return bindings
    .filter(({ type }) => type === "secret_text")
    .map(({ name, type }) => ({ name, type }));
}

async function putSecret(c: ApiContext): Promise<object> {
  const worker = changeable(workerOf(c));
  const { name, type, ...rest } = await readBody(c, secret);
  if (type !== "secret_text") throw notImitated(`the secret ${name} of type ${type}`);
  const given = text.safeParse(rest);
  if (!given.success) return refuse(400, 10_021, `the secret ${name} has no text`);
  await keepBindings(c, worker, [...without(worker, name), { type, name, text: given.data.text }]);
  return { name, type };
}

function secretOf(c: ApiContext): object {
  const name = param(c, "secret");
  const binding = workerOf(c).bindings.find((each) => each.name === name);
  if (binding?.type === "secret_text") return { name, type: binding.type };
  return refuse(404, 10_056, `Secret binding ${JSON.stringify(name)} not found`);
}

async function deleteSecret(c: ApiContext): Promise<null> {
  const worker = changeable(workerOf(c));
  secretOf(c);
  await keepBindings(c, worker, without(worker, param(c, "secret")));
  return null;
}

function without({ bindings }: WorkerRecord, name: string): WorkerRecord["bindings"] {
  return bindings.filter((binding) => binding.name !== name);
}

async function keepBindings(
  c: ApiContext,
  worker: WorkerRecord,
  bindings: WorkerRecord["bindings"],
): Promise<void> {
  await deploy(c, { ...worker, bindings, modifiedAt: new Date().toISOString() });
}
