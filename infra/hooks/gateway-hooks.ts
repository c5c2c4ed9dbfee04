/** Defines what Pulumi does beside the provider for a gateway (docs/decisions/hooks.md). */
import type Cloudflare from "cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { z } from "zod";

import type { GatewaySettings } from "../../policy/gateway/row.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { stackName } from "../deployed.ts";
import { putOnlyFields } from "./put-only.ts";
import { connect, NO_CREDENTIALS } from "./api.ts";
import { refuseExisting } from "./refuse-existing.ts";
import { declaredBefore, requireSettled, settlePutOnly } from "./settle-put-only.ts";
import { warnOfLogs } from "./warn-of-logs.ts";

/** The settings that the hooks need. */
type HookSettings = GatewaySettings & Pick<Settings, "accountId" | "gatewayId" | "protect">;

/**
 * Makes the gateway's hooks. Their names are in the state: a program without a hook of such a name
 * cannot delete a gateway deployed with it.
 */
export function gatewayHooks(name: string, settings: HookSettings): pulumi.ResourceHookBinding {
  const declared = putOnlyFields(settings);
  const { protect, logs } = settings;

  const isNew = new pulumi.ResourceHook(
    `${name}-is-new`,
    () =>
      withApi(settings, "whether it exists already", (api) =>
        refuseExisting(api, { ...settings, stack: stackName() }, warn),
      ),
    { onDryRun: true },
  );
  const isComplete = new pulumi.ResourceHook(`${name}-is-complete`, async ({ oldInputs }) => {
    const wanted = { declared, before: declaredBefore(oldInputs ?? {}) };
    if (Object.keys(declared).length + wanted.before.length === 0) return;
    await withApi(settings, "what it holds", (api) => settlePutOnly(api, settings, wanted));
  });
  const logsGo = new pulumi.ResourceHook(
    `${name}-logs-go`,
    async ({ oldInputs }) => {
      const place = deployed.parse(oldInputs);
      await warnOfLogs(await connect(), place, { protect, system: logs.system, warn });
    },
    { onDryRun: true },
  );
  const isProtected = new pulumi.ResourceHook(
    `${name}-is-protected`,
    ({ oldInputs }) => {
      // A replacement of what is protected no longer: the old one is kept.
      if (!protect) return;
      throw new Error(
        `${protectedName.parse(oldInputs)} is protected (protect: true), and is neither deleted nor ` +
          "replaced; where its logs may go, set protect: false and run `pulumi up` first",
      );
    },
    { onDryRun: true },
  );
  return {
    beforeCreate: [isNew],
    afterCreate: [isComplete],
    afterUpdate: [isComplete],
    // Which hooks a deletion runs stands in the state: one that was deployed without protection has
    // the second, whatever the stack says today. Any hook of a deletion makes Pulumi refuse `destroy`
    // without the program, before it deletes anything.
    beforeDelete: [protect ? isProtected : logsGo],
  };
}

/**
 * Reads a gateway that is deployed, in every `pulumi up`: where a deploy changes nothing, no hook
 * runs. Throws where the gateway does not hold what the stack declares.
 */
export async function lookAgain(settings: HookSettings): Promise<void> {
  // A preview may be of the update that settles it, and a recording is of no account.
  if (pulumi.runtime.isDryRun() || pulumi.runtime.getMonitor() instanceof MockMonitor) return;
  const declared = putOnlyFields(settings);
  const api = await connect();
  if (api === undefined && Object.keys(declared).length === 0) return;
  if (api === undefined) return warnOfNoCredentials(settings, "what it holds");
  await requireSettled(api, settings, declared).catch((error: Error) => {
    throw new pulumi.RunError(error.message);
  });
}

async function withApi(
  settings: HookSettings,
  what: string,
  use: (api: Cloudflare) => Promise<void>,
): Promise<void> {
  const api = await connect();
  if (api === undefined) warnOfNoCredentials(settings, what);
  else await use(api);
}

function warnOfNoCredentials({ gatewayId }: HookSettings, what: string): void {
  warn(`gateway ${gatewayId}: not looked ${what}, because ${NO_CREDENTIALS}`);
}

function warn(message: string): void {
  void pulumi.log.warn(message);
}

/**
 * Names a protected resource by its inputs in the state. The bucket of copies has the gateway's
 * hook, too: a hook that stands in the state must be registered also where the stack has no copies
 * any more.
 */
const protectedName = z.union([
  z.object({ aiGatewayId: z.string() }).transform(({ aiGatewayId }) => `gateway ${aiGatewayId}`),
  z.object({ name: z.string() }).transform(({ name }) => `bucket ${name}`),
]);

/** The schema of a gateway's inputs in the state. */
const deployed = z
  .object({ accountId: z.string(), aiGatewayId: z.string() })
  .transform(({ accountId, aiGatewayId }) => ({ accountId, gatewayId: aiGatewayId }));
