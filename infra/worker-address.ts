/** Finds the address of a Worker whose stack file does not have the account's workers.dev subdomain. */
import type Cloudflare from "cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { z } from "zod";

import { workersDevUrl } from "../policy/gateway/worker-bindings.ts";
import { isTrustedApi } from "../policy/stack/api-address.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { apiAddress } from "./api-address.ts";
import { connect, describeFailure } from "./hooks/api.ts";

type Served = Pick<Settings, "accountId" | "worker">;

const answer = z.object({ subdomain: z.string().regex(/^[a-z0-9-]{1,63}$/) });

/**
 * Requests the address from the account; undefined where the Worker is not served there, and where
 * the account cannot be asked: a recording is of none, and a preview may have no network. No
 * resource waits for it.
 */
export async function findWorkerUrl(settings: Served): Promise<string | undefined> {
  const isRecording = pulumi.runtime.getMonitor() instanceof MockMonitor;
  if (!settings.worker.workersDev || isRecording) return undefined;
  // An imitation names a subdomain that is somebody else's at Cloudflare.
  const address = apiAddress();
  if (address !== undefined && !isTrustedApi(address, "production")) return undefined;
  const api = await connect();
  return api === undefined ? undefined : askForUrl(api, settings);
}

/** Requests the address from an API; a failure is a line of the deploy, and ends nothing. */
async function askForUrl(
  api: Cloudflare,
  { accountId, worker }: Served,
): Promise<string | undefined> {
  try {
    const options = { timeout: 5000, maxRetries: 0 };
    const found = await api.workers.subdomains.get({ account_id: accountId }, options);
    return workersDevUrl(worker.name, answer.parse(found).subdomain);
  } catch (error) {
    void pulumi.log.info(
      `the output workerUrl is left out: the account's workers.dev subdomain is not known (${describeFailure(error)}); npm run verify looks again, and worker.workersDevSubdomain declares it`,
    );
    return undefined;
  }
}
