import { asLogged } from "../policy/gateway/callers.ts";
import { retentionOf } from "../policy/gateway/names.ts";
import { Alerts } from "./alerts.ts";
import { bundleWorker } from "./bundle.ts";
import { ChatWorker } from "./chat-worker.ts";
import { readOthers, readSettings } from "./config.ts";
import { readDeployed } from "./deployed.ts";
import { Gateway } from "./gateway.ts";
import { Logpush } from "./logpush.ts";
import { ProviderKeys } from "./provider-keys.ts";
import { Readers } from "./readers.ts";
import { RetentionWorker } from "./retention-worker.ts";
import { keepReviewed } from "./reviewed.ts";
import { findWorkerUrl } from "./worker-address.ts";

const deployed = readDeployed();
const settings = readSettings(deployed);
const fingerprint = await keepReviewed({ settings, others: readOthers() }, deployed);

const gateway = new Gateway("gateway", await asLogged(settings));

const chat = new ChatWorker("chat", {
  ...settings,
  gatewayId: gateway.gatewayId,
  bundle: await bundleWorker("chat"),
});

const retention = retentionOf(settings);
if (retention !== undefined) {
  new RetentionWorker("retention", {
    ...settings,
    ...retention,
    gatewayId: gateway.gatewayId,
    bundle: await bundleWorker("retention"),
  });
}

if (settings.logpush !== undefined) {
  const { gatewayId: id, guard } = gateway;
  new Logpush("logpush", { ...settings, ...settings.logpush, gatewayId: id, guard });
}

if (settings.providers.length > 0) {
  new ProviderKeys("providers", { ...settings, gatewayId: gateway.gatewayId });
}

const { alerts } = settings;
if (alerts !== undefined) new Alerts("alerts", { ...settings, alerts });

const withToken = settings.readers.filter(({ token }) => token);
const readers =
  withToken.length > 0 ? new Readers("readers", { ...settings, readers: withToken }) : undefined;

export const gatewayId = gateway.settledId;
export const openaiBaseUrl = gateway.openaiBaseUrl;
export const workerUrl = chat.url ?? (await findWorkerUrl(settings));
/** Name → token; a secret. `pulumi stack output readerTokens --show-secrets` prints them. */
export const readerTokens = readers?.tokens;
/** The fingerprint at the foot of the policy page that was reviewed, docs/policy/<stack>.md. */
export const policyFingerprint = fingerprint;
