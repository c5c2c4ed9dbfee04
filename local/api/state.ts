/**
 * What the local account holds besides its logs: what the stack declares, and what was made over
 * the REST API.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import {
  configRecord,
  secretRecord,
  type ConfigRecord,
  type SecretRecord,
} from "../provider-keys/records.ts";
import { readText } from "../read-text.ts";
import { isDeclared, tokenRecord, type TokenRecord } from "./token-record.ts";
import { workerRecord, type WorkerRecord } from "./worker-record.ts";

const gatewayRecord = z.object({
  settings: aiGateway,
  createdAt: z.string(),
  modifiedAt: z.string(),
  isDeclared,
});

const bucket = z.object({
  name: z.string(),
  createdAt: z.string(),
  rules: z.array(z.record(z.string(), z.unknown())),
  isDeclared,
});

/** A job with the API's own names, except for the last. */
const logpushJob = z.looseObject({
  id: z.number(),
  dataset: z.string(),
  destination_conf: z.string(),
  enabled: z.boolean(),
  isDeclared,
});

/** Something that no stack declares, with the API's own names, at the path of its list. */
const heldRecord = z.object({
  place: z.string(),
  body: z.record(z.string(), z.unknown()),
  isDeclared,
});
/** A notification policy with the API's own names, except for the last. */
const policy = z.looseObject({ id: z.string(), name: z.string(), isDeclared });

const webhook = z.looseObject({ id: z.string(), name: z.string(), url: z.string(), isDeclared });

// A file from before a kind was added has none of it.
const stateSchema = z.object({
  gateways: byId(gatewayRecord),
  tokens: byId(tokenRecord),
  workers: byId(workerRecord),
  buckets: byId(bucket),
  logpushJobs: byId(logpushJob),
  held: byId(heldRecord),
  secrets: byId(secretRecord),
  providerConfigs: byId(configRecord),
  policies: byId(policy),
  webhooks: byId(webhook),
});

/** Reads records by id; not z.record, which leaves out one whose id is `__proto__`. */
function byId<T extends z.ZodType>(record: T) {
  return z
    .custom<object>((value) => typeof value === "object" && value !== null)
    .default({})
    .transform((records) => new Map(Object.entries(records)))
    .pipe(z.map(z.string(), record))
    .transform((records): Record<string, z.output<T>> => Object.fromEntries(records));
}

/**
 * A gateway as it is kept: its settings, when it was made and changed, and whether the stack
 * declares it.
 */
export type GatewayRecord = Readonly<z.output<typeof gatewayRecord>>;
/** A bucket as it is kept, with its lifecycle rules. */
export type Bucket = Readonly<z.output<typeof bucket>>;
/** A Logpush job as it is kept. */
export type LogpushJob = Readonly<z.output<typeof logpushJob>>;
/** What an account holds beside everything that a stack declares, as it is kept. */
export type HeldRecord = Readonly<z.output<typeof heldRecord>>;
/** A notification policy as it is kept. */
export type NotificationPolicy = Readonly<z.output<typeof policy>>;
/** A webhook of notifications as it is kept. */
export type NotificationWebhook = Readonly<z.output<typeof webhook>>;
/** Everything of an account but its logs, by kind and key. */
export type State = Readonly<z.output<typeof stateSchema>>;

const EMPTY: State = stateSchema.parse({});

interface AccountArgs {
  readonly id: string;
  /** The file in which the state outlives the process; without one it does not. */
  readonly file?: string;
  /** Is called with all gateways whenever one changed. */
  readonly onGateways: (gateways: ReadonlyMap<string, GatewaySettings>) => void;
}

/** What a stack declares. */
export interface Declaration {
  readonly gateways: ReadonlyMap<string, GatewaySettings>;
  readonly workers?: readonly WorkerRecord[];
  readonly tokens?: readonly TokenRecord[];
  readonly buckets?: readonly Bucket[];
  readonly logpushJobs?: readonly LogpushJob[];
  readonly secrets?: readonly SecretRecord[];
  readonly providerConfigs?: readonly ConfigRecord[];
  readonly policies?: readonly NotificationPolicy[];
  readonly webhooks?: readonly NotificationWebhook[];
}

/** Holds the state of an account, and announces changes of its gateways. */
export class AccountState {
  readonly id: string;
  readonly #args: AccountArgs;
  #state: State;

  /** Reads the file; throws when it holds something else. */
  constructor(args: AccountArgs) {
    this.id = args.id;
    this.#args = args;
    this.#state = args.file === undefined ? EMPTY : read(args.file);
    this.#announce();
  }

  get state(): State {
    return this.#state;
  }

  /** Replaces the state, on disk too, before it returns. */
  update(change: (state: State) => State): void {
    const before = this.#state;
    this.#state = change(before);
    if (this.#args.file !== undefined) write(this.#args.file, this.#state);
    if (this.#state.gateways !== before.gateways) this.#announce();
  }

  /** Keeps a record in place of the one with its key. */
  put<K extends keyof State>(kind: K, key: string | number, record: State[K][string]): void {
    this.update((state) => ({ ...state, [kind]: { ...state[kind], [key]: record } }));
  }

  remove(kind: keyof State, key: string | number): void {
    this.update((state) => {
      const { [key]: gone, ...rest } = state[kind];
      return { ...state, [kind]: rest };
    });
  }

  /** Removes what is held at paths that begin so: a gateway's, when it is deleted. */
  removeBelow(path: string): void {
    const gone = Object.entries(this.#state.held).filter(([, { place }]) => place.startsWith(path));
    for (const [key] of gone) this.remove("held", key);
  }

  /** Removes a deleted gateway's references to keys of providers; their secrets stay. */
  removeKeys(gatewayId: string): void {
    const configs = Object.values(this.#state.providerConfigs);
    const gone = configs.filter(({ gateway_id: id }) => id === gatewayId);
    for (const { id } of gone) this.remove("providerConfigs", id);
  }

  /**
   * Replaces what the stack declares, as `pulumi up` would: a declared record that was changed here
   * is set right, and what the stack no longer declares is removed.
   */
  declare(declaration: Declaration): void {
    const { gateways, workers, tokens, buckets, logpushJobs, secrets } = declaration;
    const { policies, webhooks } = declaration;
    const now = new Date().toISOString();
    this.update((state) => {
      const records = [...gateways].map(([id, settings]): [string, GatewayRecord] => {
        const createdAt = recordOf(state.gateways, id)?.createdAt ?? now;
        return [id, { settings, createdAt, modifiedAt: now, isDeclared: true }];
      });
      return {
        ...state,
        gateways: { ...madeHere(state.gateways), ...Object.fromEntries(records) },
        workers: { ...madeHere(state.workers), ...byKey(workers, ({ name }) => name) },
        tokens: { ...madeHere(state.tokens), ...byKey(tokens, ({ id }) => id) },
        buckets: { ...madeHere(state.buckets), ...byKey(buckets, ({ name }) => name) },
        logpushJobs: { ...madeHere(state.logpushJobs), ...byKey(logpushJobs, ({ id }) => `${id}`) },
        secrets: { ...madeHere(state.secrets), ...byKey(secrets, ({ id }) => id) },
        providerConfigs: {
          ...madeHere(state.providerConfigs),
          ...byKey(declaration.providerConfigs, ({ id }) => id),
        },
        policies: { ...madeHere(state.policies), ...byKey(policies, ({ id }) => id) },
        webhooks: { ...madeHere(state.webhooks), ...byKey(webhooks, ({ id }) => id) },
      };
    });
  }

  #announce(): void {
    const gateways = Object.values(this.#state.gateways).map(({ settings }) => settings);
    this.#args.onGateways(new Map(gateways.map((settings) => [settings.aiGatewayId, settings])));
  }
}

/**
 * Finds a record by its key; undefined where there is none, whatever property of that name every
 * object has.
 */
export function recordOf<T>(records: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(records, key) ? records[key] : undefined;
}

interface Declarable {
  readonly isDeclared: boolean;
}

/** Leaves out what the stack declares: the rest was made over the REST API. */
function madeHere<T extends Declarable>(records: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(records).filter(([, record]) => !record.isDeclared));
}

function byKey<T>(records: readonly T[] = [], keyOf: (record: T) => string): Record<string, T> {
  return Object.fromEntries(records.map((record) => [keyOf(record), record]));
}

function read(file: string): State {
  const text = readText(file);
  if (text === undefined) return EMPTY;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} does not hold a local account; move it away to begin with none`, {
      cause,
    });
  }
}

/** Writes the file whole or not at all: a reader never sees half of it. */
function write(file: string, state: State): void {
  const kinds = Object.entries(state).map(([kind, records]) => [
    kind,
    madeHere<Declarable>(records),
  ]);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(kinds)), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
