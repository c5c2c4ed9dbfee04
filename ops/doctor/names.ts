/** Finds what already has the names that a first deploy would give, and what it takes for granted. */
import { workerNames } from "../../policy/gateway/names.ts";
import { GATEWAYS } from "../../policy/platform.ts";
import { quote } from "../../policy/looks-secret.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { list } from "../../policy/words.ts";
import type { Connection } from "../account/account.ts";
import { finding, notLookedAt, type Finding } from "../look/finding.ts";
import { listGateways } from "../look/gateways.ts";
import { listLifecycleRules } from "../look/logpush.ts";
import { listSecrets } from "../look/provider-keys.ts";
import { listWorkers, readWorker } from "../look/workers.ts";

const MISSING = "the account lists none";

/** Looks for the names of the stack's gateway, Workers and bucket, and for its Secrets Store. */
export async function checkNames(
  connection: Connection,
  stack: Stack,
): Promise<readonly Finding[]> {
  const checks = [checkGateway, checkWorkers, checkBucket, checkStore];
  return (await Promise.all(checks.map((check) => check(connection, stack)))).flat();
}

async function checkGateway(connection: Connection, stack: Stack): Promise<readonly Finding[]> {
  const { gatewayId, plan } = stack.settings;
  const about = `gateway ${gatewayId}`;
  const answer = await listGateways(connection);
  if (answer.kind !== "answer") return [notLookedAt(about, answer, MISSING)];
  const gateways = answer.value;
  if (gateways.some(({ id }) => id === gatewayId)) {
    const remedy = `where this stack did not make it, adopt it: npm run adopt -- --gateway ${gatewayId} --stack ${stack.name}`;
    return [{ ...finding("warning", about, "exists already"), remedy }];
  }
  if (gateways.length < GATEWAYS[plan]) return [finding("kept", about, "is free to be made")];
  const message = `has no room: the account has ${gateways.length} of ${GATEWAYS[plan]} gateways`;
  const remedy = "delete one that nobody needs (npm run audit)";
  return [{ ...finding("broken", about, message), remedy }];
}

async function checkWorkers(
  connection: Connection,
  { settings }: Stack,
): Promise<readonly Finding[]> {
  const names = workerNames(settings);
  const answer = await listWorkers(connection);
  if (answer.kind !== "answer") return [notLookedAt(`Worker ${list(names)}`, answer, MISSING)];
  const existing = new Set(answer.value.map(({ id }) => id));
  return Promise.all(
    names.map(async (name) =>
      existing.has(name)
        ? judgeExisting(connection, settings, name)
        : finding("kept", `Worker ${name}`, "is free to be made"),
    ),
  );
}

/** Judges a Worker by the gateway that it is bound to: an upload replaces whatever has its name. */
async function judgeExisting(
  connection: Connection,
  { gatewayId }: Settings,
  name: string,
): Promise<Finding> {
  const about = `Worker ${name}`;
  const answer = await readWorker(connection, name);
  if (answer.kind !== "answer") return notLookedAt(about, answer, MISSING);
  const bound = answer.value.bindings.find((binding) => binding.name === "GATEWAY_ID")?.text;
  if (bound === gatewayId) return finding("note", about, "exists, bound to this stack's gateway");
  const gateway = bound === undefined ? "no gateway" : quote(bound);
  const message = `exists, bound to ${gateway}, and pulumi up would replace its code`;
  return { ...finding("broken", about, message), remedy: "choose another worker.name" };
}

async function checkBucket(
  connection: Connection,
  { settings }: Stack,
): Promise<readonly Finding[]> {
  if (settings.logpush === undefined) return [];
  const { bucket } = settings.logpush;
  const about = `bucket ${bucket}`;
  const answer = await listLifecycleRules(connection, bucket);
  if (answer.kind === "unknown") return [notLookedAt(about, answer, MISSING)];
  if (answer.kind === "missing") return [finding("kept", about, "is free to be made")];
  const remedy = "where this stack did not make it, choose another logpush.bucket";
  return [{ ...finding("warning", about, "exists already"), remedy }];
}

/** Looks for the store of providers' keys, which a deploy does not make. */
async function checkStore(
  connection: Connection,
  { settings }: Stack,
): Promise<readonly Finding[]> {
  const { secretsStoreId } = settings;
  if (secretsStoreId === undefined) return [];
  const about = "secretsStoreId";
  const answer = await listSecrets(connection, secretsStoreId);
  if (answer.kind === "unknown") return [notLookedAt(about, answer, MISSING)];
  if (answer.kind === "answer")
    return [finding("kept", about, "is a Secrets Store of the account")];
  const remedy = "npx wrangler secrets-store store list --remote prints the account's";
  return [{ ...finding("broken", about, "is no Secrets Store of the account"), remedy }];
}
