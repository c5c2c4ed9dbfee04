import type { GatewaySettings } from "../../local/account.ts";
import { GATEWAY_DEFAULTS } from "../../local/gateway-defaults.ts";
import type { GatewayAnswer, GatewayRequest } from "../../local/gateway/gateway.ts";
import { localModel } from "../../local/gateway/local-model/local-model.ts";
import type { Model } from "../../local/gateway/model.ts";
import { openAccount, type LocalAccount } from "../../local/local-account.ts";

/** The changes of a test to an ordinary gateway. */
export interface GatewayScene {
  readonly settings?: Partial<GatewaySettings>;
  readonly model?: Model;
  /** Takes the traces in place of the declared collectors. */
  readonly collector?: URL;
}

/** A local gateway with a clock. */
export interface RunningGateway extends Omit<LocalAccount, "pusher" | "close"> {
  /** The time in milliseconds; a test moves it to let time pass. */
  readonly clock: { now: number };
  readonly ask: (request?: Partial<GatewayRequest>) => Promise<GatewayAnswer>;
}

/** The settings of a gateway that keeps full logs and has everything else off. */
export const OPEN: GatewaySettings = {
  ...GATEWAY_DEFAULTS,
  accountId: "0".repeat(32),
  aiGatewayId: "app",
  cacheInvalidateOnUpdate: true,
  logManagement: 10_000,
};

/** Opens a gateway `app` with these settings, except what the scene changes. */
export function openGateway(scene: GatewayScene = {}): RunningGateway {
  const { settings, model = localModel, collector } = scene;
  const clock = { now: Date.UTC(2026, 10, 22) };
  const now = () => clock.now;
  const args = { id: OPEN.accountId, model, folder: "none", isVolatile: true, now, collector };
  const { pusher: _, close: __, ...parts } = openAccount(args);
  parts.account.declare({ gateways: new Map([["app", { ...OPEN, ...settings }]]) });
  const inputs = { messages: [{ role: "user", content: "Hi" }] };
  const usual = { gatewayId: "app", model: "@cf/meta/x", inputs, options: {} };
  return {
    ...parts,
    clock,
    ask: (request) => parts.gateway.handle({ ...usual, ...request }),
  };
}
