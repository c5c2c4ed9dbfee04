/** A Cloudflare account on this machine: its parts, each of which knows those that it needs. */
import { join } from "node:path";

import { AccountState } from "./api/state.ts";
import { LocalGateway } from "./gateway/gateway.ts";
import type { Model } from "./gateway/model.ts";
import { Objects } from "./logpush/objects.ts";
import { Pusher } from "./logpush/pusher.ts";
import { findKey } from "./provider-keys/records.ts";
import { LogStore } from "./logs/store.ts";
import { TraceCollector } from "./telemetry/collector.ts";
import { PointStore } from "./telemetry/points.ts";

export interface LocalAccount {
  readonly account: AccountState;
  readonly gateway: LocalGateway;
  readonly store: LogStore;
  readonly objects: Objects;
  readonly pusher: Pusher;
  readonly traces: TraceCollector;
  readonly points: PointStore;
  /** Closes the files; whatever is kept is in them then. */
  readonly close: () => void;
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
  /** Takes the traces in place of the collectors that gateways and Workers declare. */
  readonly collector?: URL | undefined;
}

export function openAccount(args: LocalAccountArgs): LocalAccount {
  const { id, model, folder, isVolatile = false, now = Date.now, collector } = args;
  const fileOf = (name: string) => (isVolatile ? ":memory:" : join(folder, name));
  const store = new LogStore(fileOf("logs.sqlite"));
  const gateway = new LocalGateway(store, model, now);
  const account = new AccountState({
    id,
    ...(!isVolatile && { file: join(folder, "account.json") }),
    onGateways: (gateways) => gateway.configure(gateways),
  });
  gateway.keysFrom((place) => findKey(account, place));
  const objects = new Objects(join(folder, "r2"));
  const pusher = new Pusher(account, objects);
  const traces = new TraceCollector({ file: fileOf("spans.sqlite"), instead: collector, now });
  gateway.onFinished((call) => {
    store.countCall(call.log, call.isRateLimited);
    traces.addCall(call, gateway.settings(call.log.gateway)?.otels ?? []);
  });
  gateway.onKept((log, bodies) => pusher.add(log, bodies));
  const points = new PointStore(fileOf("points.sqlite"), now);
  const close = () => {
    for (const each of [store, traces, points]) each.close();
  };
  return { account, gateway, store, objects, pusher, traces, points, close };
}
