/**
 * Starts a local account with both doors and without the Workers runtime, for callers over HTTP.
 */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type Cloudflare from "cloudflare";

import type { GatewaySettings } from "../../local/account.ts";
import type { GatewayFault } from "../../local/api/gateway-wire.ts";
import {
  newTokenValue,
  PERMISSION_GROUPS,
  SCOPE,
  sha256,
  type Permission,
} from "../../local/api/token-record.ts";
import { openDoor } from "../../local/door.ts";
import { localModel } from "../../local/gateway/local-model/local-model.ts";
import type { Model } from "../../local/gateway/model.ts";
import type { Bodies, Log } from "../../local/logs/log.ts";
import { openAccount, type LocalAccount } from "../../local/local-account.ts";
import type { LogStore } from "../../local/logs/store.ts";
import { LOCAL_ACCOUNT_ID } from "../../local/stack.ts";
import type { WorkerHost } from "../../local/worker-host.ts";
import { Client } from "../../ops/account/client.ts";
import { OPEN } from "./gateway.ts";

/** The fields that a create of a gateway requires. */
export const REQUIRED = {
  cache_invalidate_on_update: true,
  cache_ttl: null,
  collect_logs: true,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

/** The changes of a test to an ordinary account. */
export interface AccountScene {
  /**
   * The gateways, each by what differs from one named `app` that keeps full logs. Absent: that one
   * alone.
   */
  readonly gateways?: readonly Partial<GatewaySettings>[];
  readonly model?: Model;
  /** The folder of the account's two files, where the account outlives its process. */
  readonly folder?: string;
  /** The faults of the REST API. */
  readonly faults?: readonly GatewayFault[];
  /** The clock of its gateways, in milliseconds since 1970; the machine's if absent. */
  readonly now?: () => number;
  /** Takes the lines that the account prints. */
  readonly print?: (line: string) => void;
}

/** A local account that is served over HTTP. */
export interface RunningAccount extends LocalAccount {
  readonly accountId: string;
  /** An API token of 40 characters that may do everything. */
  readonly key: string;
  readonly url: URL;
  /** The logs page, with the key that opens it. */
  readonly page: URL;
  /** The value of CLOUDFLARE_BASE_URL, in place of `https://api.cloudflare.com/client/v4`. */
  readonly apiUrl: string;
  /** The Workers uploaded over the API, for which alone the Workers runtime starts. */
  readonly workers: WorkerHost;
  /** Makes the official SDK, with the key or another token. */
  client(token?: string): Cloudflare;
  /** Stops the account; a second call does nothing. */
  stop(): Promise<void>;
}

const KEY = "local-key-of-tests-0123456789-0123456789";

/** Starts an account, which the caller stops. */
export async function startAccount(scene: AccountScene = {}): Promise<RunningAccount> {
  const { gateways = [{}], model = localModel, folder, faults, print, now } = scene;
  const temporary = join(tmpdir(), `account-${randomUUID()}`);
  const parts = openAccount({
    id: LOCAL_ACCOUNT_ID,
    model,
    folder: folder ?? temporary,
    isVolatile: folder === undefined,
    ...(now && { now }),
  });
  const declared = gateways.map((settings): [string, GatewaySettings] => {
    const full = { ...OPEN, accountId: LOCAL_ACCOUNT_ID, ...settings };
    return [full.aiGatewayId, full];
  });
  parts.account.declare({ gateways: new Map(declared) });
  const door = await openDoor({ ...parts, faults, print, key: KEY, host: "127.0.0.1", port: 0 });
  const stop = async () => {
    await door.close();
    parts.close();
    await rm(temporary, { recursive: true, force: true });
  };
  let stopped: Promise<void> | undefined;
  const apiUrl = new URL("client/v4", door.url).href;
  return {
    accountId: LOCAL_ACCOUNT_ID,
    key: KEY,
    url: door.url,
    page: door.page,
    apiUrl,
    ...parts,
    workers: door.workers,
    client: (apiToken = KEY) => new Client({ apiToken, baseURL: apiUrl, maxRetries: 0 }),
    stop: () => (stopped ??= stop()),
  };
}

/** Makes a token of the account that has these permissions alone, and returns its value. */
export async function makeToken(
  { account }: Pick<RunningAccount, "account">,
  names: readonly Permission[],
): Promise<string> {
  const value = newTokenValue();
  const now = new Date().toISOString();
  const hash = sha256(value);
  const policy = {
    id: "p",
    effect: "allow" as const,
    permission_groups: PERMISSION_GROUPS.filter(({ name }) => names.includes(name)),
    resources: { [`${SCOPE}.${account.id}`]: "*" },
  };
  const made = { status: "active" as const, issued_on: now, modified_on: now, isDeclared: false };
  account.put("tokens", hash, { id: hash, name: names.join(), policies: [policy], hash, ...made });
  return value;
}

/** Stores a log of the gateway `app`, ordinary but for the values given. */
export function keepLog(
  store: LogStore,
  log: Partial<Log> & Pick<Log, "id">,
  bodies?: Bodies,
): void {
  const ordinary: Log = {
    id: log.id,
    createdAt: Date.UTC(2026, 10, 22),
    gateway: "app",
    provider: "workers-ai",
    model: "@cf/a/b",
    status: 200,
    durationMs: 10,
    tokensIn: 1,
    tokensOut: 2,
    cost: 0.001,
    cached: false,
    eventId: `event-of-${log.id}`,
    traceId: undefined,
    metadata: {},
  };
  const cap = { maxEntries: 10_000_000, whenFull: "DELETE_OLDEST" } as const;
  store.insert({ ...ordinary, ...log }, bodies, cap);
}
