/** Does what Logpush jobs do: writes batches of new logs to the buckets of the account. */
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import { z } from "zod";

import { LOGPUSH_DATASET } from "../../policy/gateway/logpush-job.ts";
import type { AccountState, Records } from "../api/state.ts";
import type { Bodies, Log } from "../logs/log.ts";
import { printError, printFault } from "../print.ts";
import { readDestination } from "./destination.ts";
import type { Objects } from "./objects.ts";
import { isTooLarge, toRecord } from "./record.ts";

// Cloudflare's batches are of about a minute.
const BATCH_MS = 1000;

const filterSchema = z.strictObject({
  where: z.strictObject({
    key: z.literal("Gateway"),
    operator: z.literal("eq"),
    value: z.string(),
  }),
});

const options = z.object({ field_names: z.array(z.string()) });

interface Waiting {
  readonly log: Log;
  readonly bodies: Bodies | undefined;
  /** The gateway's key at that time: if it goes in the meantime, no copy is in clear. */
  readonly publicKey: string | undefined;
}

/** Collects the logs that gateways keep, and pushes them in batches. */
export class Pusher {
  readonly #account: AccountState;
  readonly #objects: Objects;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(account: AccountState, objects: Objects, now: () => number = Date.now) {
    this.#account = account;
    this.#objects = objects;
    this.#now = now;
  }

  add(log: Log, bodies: Bodies | undefined): void {
    const settings = this.#account.find("gateways", log.gateway)?.settings;
    if (settings?.logpush !== true || isTooLarge(bodies)) return;
    this.#waiting.push({ log, bodies, publicKey: settings.logpushPublicKey });
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => printFault(error));
    }, BATCH_MS).unref();
  }

  /** Pushes what waits, and deletes what the buckets' rules let expire. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    const { logpushJobs, buckets } = this.#account.state;
    for (const job of Object.values(logpushJobs)) {
      if (!job.enabled || job.dataset !== LOGPUSH_DATASET) continue;
      // A job that fails stops no other.
      await this.#push(job, batch).catch((error: Error) => {
        printError(`Logpush job ${job.id} pushed nothing: ${error.message}`);
      });
    }
    for (const { name, rules } of Object.values(buckets)) await this.#expire(name, rules);
  }

  async #push(job: Records["logpushJobs"], batch: readonly Waiting[]): Promise<void> {
    const { bucket, folders } = readDestination(job.destination_conf);
    if (bucket === undefined || this.#account.find("buckets", bucket) === undefined) return;
    const gateway = readFilter(job["filter"]);
    const fields = options.safeParse(job["output_options"]).data?.field_names ?? [];
    const logs = batch.filter(({ log }) => gateway === undefined || log.gateway === gateway);
    if (logs.length === 0) return;
    const lines = logs.map((one) => toRecord({ ...one, fields }));
    const times = logs.map(({ log }) => log.createdAt);
    const [first, last] = [stamp(Math.min(...times)), stamp(Math.max(...times))];
    const file = `${first}_${last}_${randomBytes(4).toString("hex")}.log.gz`;
    const key = [...folders.map((part) => part.replace("{DATE}", first.slice(0, 8))), file].join(
      "/",
    );
    await this.#objects.put(bucket, key, await promisify(gzip)(`${lines.join("\n")}\n`));
  }

  async #expire(bucket: string, rules: readonly Readonly<Record<string, unknown>>[]) {
    const ages = rules.flatMap((rule) => deletion.safeParse(rule).data ?? []);
    if (ages.length === 0) return;
    await this.#objects.deleteBefore(bucket, this.#now() - Math.min(...ages) * 1000);
  }
}

/** The seconds after which a rule deletes every object of its bucket. */
const deletion = z
  .object({
    enabled: z.literal(true),
    conditions: z.object({ prefix: z.literal("") }),
    deleteObjectsTransition: z.object({
      condition: z.object({ type: z.literal("Age"), maxAge: z.number() }),
    }),
  })
  .transform((rule) => rule.deleteObjectsTransition.condition.maxAge);

/** Returns the gateway that a filter names, if any. Throws where it is not imitated. */
export function readFilter(filter: unknown): string | undefined {
  if (filter === undefined || filter === null || filter === "") return undefined;
  return filterSchema.parse(JSON.parse(z.string().parse(filter))).where.value;
}

/** Formats a time as `20261123T030000Z`. */
function stamp(time: number): string {
  return new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
