/**
 * Defines what Pulumi does beside the provider when it creates, changes or deletes a gateway. See
 * docs/decisions/hooks.md.
 */
import type Cloudflare from "cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import type { GatewaySettings } from "../../policy/gateway/row.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { putOnlyFields } from "./put-only.ts";
import { connect, NO_CREDENTIALS } from "./api.ts";
import { refuseExisting } from "./refuse-existing.ts";
import { declaredBefore, settlePutOnly } from "./settle-put-only.ts";
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
    () => withApi("whether it exists already", (api) => refuseExisting(api, settings, warn)),
    { onDryRun: true },
  );
  const isComplete = new pulumi.ResourceHook(`${name}-is-complete`, async ({ oldInputs }) => {
    const wanted = { declared, before: declaredBefore(oldInputs ?? {}) };
    if (Object.keys(declared).length + wanted.before.length === 0) return;
    await withApi("what it holds", (api) => settlePutOnly(api, settings, wanted));
  });
  const logsGo = new pulumi.ResourceHook(
    `${name}-logs-go`,
    async ({ oldInputs }) => {
      const place = deployed.parse(oldInputs);
      await warnOfLogs(await connect(), place, { protect, system: logs.system, warn });
    },
    { onDryRun: true },
  );
  return {
    beforeCreate: [isNew],
    afterCreate: [isComplete],
    afterUpdate: [isComplete],
    // The state records which hooks a deletion runs, and whether a gateway must not be deleted. So
    // a gateway that was deployed as protected has no such hook, and any other has it whatever the
    // stack declares today.
    ...(!protect && { beforeDelete: [logsGo] }),
  };

  async function withApi(what: string, use: (api: Cloudflare) => Promise<void>): Promise<void> {
    const api = await connect();
    if (api === undefined) {
      warn(`gateway ${settings.gatewayId}: not looked ${what}, because ${NO_CREDENTIALS}`);
    } else {
      await use(api);
    }
  }
}

function warn(message: string): void {
  void pulumi.log.warn(message);
}

/** The schema of a gateway's inputs in the state. */
const deployed = z
  .object({ accountId: z.string(), aiGatewayId: z.string() })
  .transform(({ accountId, aiGatewayId }) => ({ accountId, gatewayId: aiGatewayId }));
