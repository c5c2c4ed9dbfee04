/**
 * Declares the job that pushes AI Gateway's logs. It is a resource of our own, because Cloudflare's
 * provider refuses the name of the dataset.
 *
 * Pulumi writes the functions below into the state, as text, and runs them in another process: they
 * may use Node and each other and nothing that is imported, and they read the credentials where
 * they run.
 */
import * as pulumi from "@pulumi/pulumi";

import {
  LOGPUSH_DATASET,
  logpushFields,
  logpushFilter,
  logpushJobName,
} from "../../policy/gateway/logpush-job.ts";

/** The gateway whose logs are pushed, and where to. */
export interface LogpushJobArgs {
  readonly accountId: string;
  readonly gatewayId: pulumi.Output<string>;
  /** The destination, as `r2://bucket/{DATE}?…` with keys that can write there. */
  readonly destination: pulumi.Input<string>;
  /** Whether prompts and answers are pushed. */
  readonly bodies: boolean;
}

export class LogpushJob extends pulumi.dynamic.Resource {
  constructor(name: string, args: LogpushJobArgs, opts?: pulumi.CustomResourceOptions) {
    const { accountId, gatewayId, destination, bodies } = args;
    super(
      provider,
      name,
      {
        accountId,
        name: gatewayId.apply(logpushJobName),
        dataset: LOGPUSH_DATASET,
        destination,
        filter: gatewayId.apply(logpushFilter),
        fields: logpushFields({ bodies }),
        enabled: true,
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["destination"] }),
      "ai-gateway",
      "LogpushJob",
    );
  }
}

/** The job as the state has it. */
interface Job {
  readonly accountId: string;
  readonly name: string;
  readonly dataset: string;
  readonly destination: string;
  readonly filter: string;
  /** The fields that are wanted. Which of them an account offers is asked when the job is made. */
  readonly fields: readonly string[];
  readonly enabled: boolean;
}

const provider: pulumi.dynamic.ResourceProvider<Job, Job> = {
  async create(job) {
    const made = await send("POST", job.accountId, "", toApi(job, await chooseFields(job)));
    if (made?.id === undefined)
      throw new Error("Cloudflare's answer has no id of the Logpush job that it made");
    return { id: String(made.id), outs: job };
  },
  async read(id, job) {
    if (job === undefined) throw new Error("a Logpush job cannot be imported: deploy makes it");
    const found = await send("GET", job.accountId, id);
    if (found === undefined) return {};
    return { id, props: fromApi(found, { ...job, expected: await chooseFields(job) }) };
  },
  async diff(_id, old, job) {
    const keys = ["accountId", "name", "destination", "filter", "fields", "enabled"] as const;
    const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(job[key]));
    return { changes: changed.length > 0, replaces: changed.filter((key) => key === "accountId") };
  },
  async update(id, _old, job) {
    const changed = await send("PUT", job.accountId, id, toApi(job, await chooseFields(job)));
    if (changed !== undefined) return { outs: job };
    throw new Error(`Logpush job ${id} is gone; run pulumi up --refresh, which makes another`);
  },
  async delete(id, job) {
    await send("DELETE", job.accountId, id);
  },
};

function toApi(job: Job, fields: readonly string[]) {
  const { name, dataset, destination, filter, enabled } = job;
  return {
    name,
    dataset,
    destination_conf: destination,
    filter,
    output_options: { field_names: fields, timestamp_format: "rfc3339" },
    enabled,
  };
}

interface ApiJob {
  readonly id?: number;
  readonly destination_conf?: string;
  readonly filter?: string | null;
  readonly output_options?: { readonly field_names?: readonly string[] } | null;
  readonly enabled?: boolean;
}

/**
 * Converts a job of the API. A part that means what is declared is returned as declared, because
 * the API may reorder, and leave out keys.
 */
function fromApi(
  found: ApiJob,
  { expected, ...declared }: Job & { readonly expected: readonly string[] },
): Job {
  const { destination_conf: destination = "", filter, output_options: options } = found;
  const fields = options?.field_names ?? [];
  const isSame = {
    destination: destination.split("?")[0] === declared.destination.split("?")[0],
    filter: (filter ?? "").replaceAll(/\s/g, "") === declared.filter,
    fields: fields.toSorted().join() === expected.toSorted().join(),
  };
  return {
    ...declared,
    destination: isSame.destination ? declared.destination : destination,
    filter: isSame.filter ? declared.filter : (filter ?? ""),
    fields: isSame.fields ? declared.fields : fields,
    enabled: found.enabled === true,
  };
}

/**
 * Returns the wanted fields that the account offers, as `offeredFields` in
 * policy/gateway/logpush-job.ts does. An API without a list of them judges all that are wanted.
 */
async function chooseFields({ accountId, dataset, fields }: Job): Promise<readonly string[]> {
  const { status, text } = await call("GET", `${accountId}/logpush/datasets/${dataset}/fields`);
  if (status === 404 || status === 400) return fields;
  if (status !== 200) throw new Error(refusal(status, text));
  const offered = Object.keys(JSON.parse(text).result ?? {});
  return fields
    .map((field) => (field === "Timestamp" && !offered.includes(field) ? "Datetime" : field))
    .filter((field) => offered.includes(field));
}

/** Sends a request about a job, and returns the job, or undefined where there is none. */
async function send(
  method: "POST" | "GET" | "PUT" | "DELETE",
  accountId: string,
  id: string,
  body?: ReturnType<typeof toApi>,
): Promise<ApiJob | undefined> {
  const path = `${accountId}/logpush/jobs${id && `/${id}`}`;
  const { status, text } = await callUntilWritable(method, path, body);
  if (status === 404 && id !== "") return undefined;
  if (status >= 300) throw new Error(refusal(status, text, body?.destination_conf));
  return JSON.parse(text).result ?? {};
}

/**
 * Sends a request again, six times in 63 seconds, where the destination cannot be written: R2 may
 * take a minute to know the token that was made just before.
 * https://developers.cloudflare.com/r2/reference/consistency/
 */
async function callUntilWritable(method: string, path: string, body?: object) {
  for (let seconds = 1; ; seconds *= 2) {
    const answer = await call(method, path, body);
    const isRefused = answer.status === 400 && /validating destination/i.test(answer.text);
    if (!isRefused || seconds > 32) return answer;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** Sends a request to the API; the path begins with the account. */
async function call(method: string, path: string, body?: object) {
  const { CLOUDFLARE_BASE_URL, CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, CLOUDFLARE_EMAIL } =
    process.env;
  const base = CLOUDFLARE_BASE_URL || "https://api.cloudflare.com/client/v4";
  const response = await fetch(`${base}/accounts/${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(CLOUDFLARE_API_TOKEN
        ? { authorization: `Bearer ${CLOUDFLARE_API_TOKEN}` }
        : { "x-auth-key": CLOUDFLARE_API_KEY ?? "", "x-auth-email": CLOUDFLARE_EMAIL ?? "" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * Describes a refusal with the API's own message, which explains what is wrong with a destination.
 * The message may repeat the destination's keys, so they are removed.
 */
function refusal(status: number, text: string, destination = ""): string {
  const [, keys = ""] = destination.split("?");
  const secrets = [keys, ...keys.split("&").map((pair) => pair.split("=")[1] ?? "")];
  const words = secrets
    .filter((secret) => secret.length > 0)
    .reduce((rest, secret) => rest.replaceAll(secret, "…"), text)
    .slice(0, 500);
  return `Cloudflare refused the Logpush job with HTTP ${status}: ${words}; the token that deploys needs Logs Edit (docs/operate.md, "Copies in R2")`;
}
