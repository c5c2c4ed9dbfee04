import { stateStack } from "../policy/statement.ts";
import { bundleWorker } from "./bundle.ts";
import { ChatWorker } from "./chat-worker.ts";
import { readSettings } from "./config.ts";
import { Gateway } from "./gateway.ts";

const settings = readSettings();

const gateway = new Gateway("gateway", settings);

const chat = new ChatWorker("chat", {
  ...settings,
  gatewayId: gateway.gatewayId,
  bundle: await bundleWorker("chat"),
});

export const gatewayId = gateway.gatewayId;
export const openaiBaseUrl = gateway.openaiBaseUrl;
export const workerUrl = chat.url;
/** Of the policy page that was reviewed, docs/policy/<stack>.md: equal, or another policy was deployed. */
export const policyFingerprint = (await stateStack(settings)).fingerprint;
