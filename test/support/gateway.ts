import type { GatewaySettings } from "../../local/account.ts";
import { AccountState } from "../../local/api/state.ts";
import {
  LocalGateway,
  type GatewayAnswer,
  type GatewayRequest,
} from "../../local/gateway/gateway.ts";
import { localModel, type Model } from "../../local/gateway/model.ts";
import { LogStore } from "../../local/logs/store.ts";

export interface GatewayScene {
  readonly settings?: Partial<GatewaySettings>;
  readonly model?: Model;
}

export interface RunningGateway {
  readonly account: AccountState;
  readonly gateway: LocalGateway;
  readonly store: LogStore;
  /** Milliseconds; move it to let time pass. */
  readonly clock: { now: number };
  readonly ask: (request?: Partial<GatewayRequest>) => Promise<GatewayAnswer>;
}

export const OPEN: GatewaySettings = {
  accountId: "0".repeat(32),
  aiGatewayId: "app",
  authentication: true,
  byokOnly: false,
  cacheInvalidateOnUpdate: true,
  cacheTtl: 0,
  collectLogs: true,
  logClassification: false,
  logManagement: 10_000,
  logManagementStrategy: "DELETE_OLDEST",
  logpush: false,
  rateLimitingInterval: 0,
  rateLimitingLimit: 0,
  rateLimitingTechnique: "fixed",
  storeId: "",
  workersAiBillingMode: "postpaid",
  zdr: false,
};

/** A gateway `app` that keeps full logs and has everything else off, but for what the scene changes. */
export function openGateway({ settings, model = localModel }: GatewayScene = {}): RunningGateway {
  const clock = { now: Date.UTC(2026, 10, 22) };
  const store = new LogStore(":memory:");
  const gateway = new LocalGateway(store, model, () => clock.now);
  const onGateways = gateway.configure.bind(gateway);
  const account = new AccountState({ id: OPEN.accountId, onGateways });
  account.declare({ gateways: new Map([["app", { ...OPEN, ...settings }]]) });
  const inputs = { messages: [{ role: "user", content: "Hi" }] };
  const usual = { gatewayId: "app", model: "@cf/meta/x", inputs, options: {} };
  return {
    account,
    gateway,
    store,
    clock,
    ask: (request) => gateway.handle({ ...usual, ...request }),
  };
}
