/** What the account holds besides its logs: what the stack declares, or the REST API made. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { z } from "zod";

import { aiGateway, type GatewaySettings } from "../account.ts";
import { configRecord, secretRecord } from "../provider-keys/records.ts";
import { readText } from "../read-text.ts";
import { refuse } from "./envelope.ts";
import { isDeclared, tokenRecord } from "./token-record.ts";
import { workerRecord } from "./worker-record.ts";

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

type Kind = keyof z.output<typeof stateSchema>;
export type Records = {
  readonly [K in Kind]: Readonly<z.output<typeof stateSchema>[K][string]>;
};
/** Everything of an account but its logs, by kind and key. */
export type State = { readonly [K in Kind]: Readonly<Record<string, Records[K]>> };

const EMPTY: State = stateSchema.parse({});

interface AccountArgs {
  readonly id: string;
  /** The file in which the state outlives the process; without one it does not. */
  readonly file?: string;
  /** Is called with all gateways whenever one changed. */
  readonly onGateways: (gateways: ReadonlyMap<string, GatewaySettings>) => void;
}

/** The kinds that a stack declares as they are kept. */
const DECLARED = stateSchema.omit({ gateways: true, held: true }).keyof().options;

export type Declaration = { readonly gateways: ReadonlyMap<string, GatewaySettings> } & {
  readonly [K in (typeof DECLARED)[number]]?: readonly Records[K][];
};

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

  /** Finds a record by its key, whatever property of that name every object has. */
  find<K extends Kind>(kind: K, key: string): Records[K] | undefined {
    const records = this.#state[kind];
    return Object.hasOwn(records, key) ? records[key] : undefined;
  }

  list<K extends Kind>(kind: K): readonly Records[K][] {
    return Object.values(this.#state[kind]);
  }

  /**
   * Keeps a record in place of the one with its key; throws an ApiError where that is declared. A
   * gateway's settings alone may be other than declared, for verify to find, until the next start.
   */
  put<K extends Kind>(kind: K, key: string | number, record: Records[K]): void {
    if (kind !== "gateways") changeable(this.find(kind, String(key)), key);
    this.update((state) => ({ ...state, [kind]: { ...state[kind], [key]: record } }));
  }

  /** Removes a record; throws an ApiError where it is declared. */
  remove(kind: Kind, key: string | number): void {
    changeable(this.find(kind, String(key)), key);
    this.update((state) => {
      const { [key]: gone, ...rest } = state[kind];
      return { ...state, [kind]: rest };
    });
  }

  /** Removes the records of a kind of which something is true. */
  removeWhere<K extends Kind>(kind: K, isGone: (record: Records[K]) => boolean): void {
    for (const [key, record] of Object.entries<Records[K]>(this.#state[kind])) {
      if (isGone(record)) this.remove(kind, key);
    }
  }

  /**
   * Replaces what the stack declares, as `pulumi up` would: a declared record that was changed here
   * is set right, and what the stack no longer declares is removed.
   */
  declare({ gateways, ...others }: Declaration): void {
    const now = new Date().toISOString();
    this.update((state) => {
      const records = [...gateways].map(([id, settings]): [string, Records["gateways"]] => {
        const createdAt = this.find("gateways", id)?.createdAt ?? now;
        return [id, { settings, createdAt, modifiedAt: now, isDeclared: true }];
      });
      const declared = { ...madeHere(state.gateways), ...Object.fromEntries(records) };
      return DECLARED.reduce((next, kind) => withDeclared(next, kind, others[kind]), {
        ...state,
        gateways: declared,
      });
    });
  }

  #announce(): void {
    const settings = this.list("gateways").map((gateway) => gateway.settings);
    this.#args.onGateways(new Map(settings.map((each) => [each.aiGatewayId, each])));
  }
}

interface Declarable {
  readonly isDeclared: boolean;
  readonly name?: unknown;
}

/** Returns a record; throws an ApiError where the running stack declares it, and so alone changes it. */
export function changeable<T extends Declarable | undefined>(record: T, key?: string | number): T {
  if (record?.isDeclared !== true) return record;
  const remedy = "change the stack file, or deploy to npm start -- --api --empty";
  const { name = key } = record;
  return refuse(409, 10_000, `${String(name)} is the running stack's own: ${remedy}`);
}

type Keyed = { readonly id: string | number } | { readonly name: string };

/** Leaves out what the stack declares: the rest was made over the REST API. */
function madeHere<T extends Declarable>(records: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(records).filter(([, record]) => !record.isDeclared));
}

function withDeclared(state: State, kind: Kind, records: readonly Keyed[] = []): State {
  const declared = records.map((record) => ["id" in record ? record.id : record.name, record]);
  const kept = madeHere<Declarable>(state[kind]);
  return { ...state, [kind]: { ...kept, ...Object.fromEntries(declared) } };
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
