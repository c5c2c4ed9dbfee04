/**
 * What Pulumi does beside the provider when it makes, changes or deletes a gateway. docs/decisions/hooks.md
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

export type HookSettings = GatewaySettings & Pick<Settings, "accountId" | "gatewayId" | "protect">;

/** The names stand in the state: a deployed gateway cannot be deleted by a program that has no hook of that name. */
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
    // Which hooks a deletion runs stands in the state, beside what keeps a gateway that is not to be deleted. So a
    // gateway that was deployed as protected has none, and one that was not has it whatever the stack says today.
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

/** A gateway's inputs as the state has them. */
const deployed = z
  .object({ accountId: z.string(), aiGatewayId: z.string() })
  .transform(({ accountId, aiGatewayId }) => ({ accountId, gatewayId: aiGatewayId }));
