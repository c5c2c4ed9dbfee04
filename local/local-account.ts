/** A Cloudflare account on this machine: its parts, each of which knows those that it needs. */
import { join } from "node:path";

import { AccountState } from "./api/state.ts";
import { LocalGateway } from "./gateway/gateway.ts";
import type { Model } from "./gateway/model.ts";
import { Objects } from "./logpush/objects.ts";
import { Pusher } from "./logpush/pusher.ts";
import { findKey } from "./provider-keys/records.ts";
import { LogStore } from "./logs/store.ts";
import { TelemetryStore } from "./telemetry/store.ts";
import { TraceExporter } from "./traces/exporter.ts";

/** The parts of an open account. */
export interface LocalAccount {
  readonly account: AccountState;
  readonly gateway: LocalGateway;
  readonly store: LogStore;
  readonly objects: Objects;
  readonly pusher: Pusher;
  readonly traces: TraceExporter;
  readonly telemetry: TelemetryStore;
}

interface LocalAccountArgs {
  readonly id: string;
  readonly model: Model;
  /** The folder of its buckets' objects and, unless the account is volatile, of everything else. */
  readonly folder: string;
  /** Whether logs, and what is made over the REST API, end with the process. */
  readonly isVolatile?: boolean;
  /** Milliseconds since 1970; the machine's clock if absent. */
  readonly now?: () => number;
  /** Takes the traces in place of the collectors that gateways declare. */
  readonly collector?: URL | undefined;
}

/** Opens an account, with what its folder holds. */
export function openAccount(args: LocalAccountArgs): LocalAccount {
  const { id, model, folder, isVolatile = false, now, collector } = args;
  const store = new LogStore(isVolatile ? ":memory:" : join(folder, "logs.sqlite"));
  const gateway = new LocalGateway(store, model, now);
  const account = new AccountState({
    id,
    ...(!isVolatile && { file: join(folder, "account.json") }),
    onGateways: (gateways) => gateway.configure(gateways),
  });
  gateway.keysFrom((place) => findKey(account.state, place));
  const objects = new Objects(join(folder, "r2"));
  const pusher = new Pusher(account, objects);
  const settingsOf = (gatewayId: string) => gateway.settings(gatewayId);
  const traces = new TraceExporter({ settingsOf, collector });
  gateway.onFinished((call) => {
    store.countCall(call.log, call.isRateLimited);
    traces.add(call);
  });
  gateway.onKept((log, bodies) => pusher.add(log, bodies));
  const telemetry = new TelemetryStore(
    isVolatile ? ":memory:" : join(folder, "telemetry.sqlite"),
    now,
  );
  return { account, gateway, store, objects, pusher, traces, telemetry };
}
