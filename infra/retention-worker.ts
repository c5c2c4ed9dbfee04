import { AccountToken } from "@pulumi/cloudflare/accountToken.js";
import { WorkersCronTrigger } from "@pulumi/cloudflare/workersCronTrigger.js";
import { WorkersScript } from "@pulumi/cloudflare/workersScript.js";
import { WorkersScriptSubdomain } from "@pulumi/cloudflare/workersScriptSubdomain.js";
import type * as types from "@pulumi/cloudflare/types/index.js";
import * as pulumi from "@pulumi/pulumi";

import { PERMISSIONS, SUBREQUESTS } from "../policy/platform.ts";
import type { Settings } from "../policy/settings/settings.ts";
import type { RawEnv } from "../worker/retention/env.ts";
import { allow, REPLACE_WITH_POLICY } from "./account-token.ts";
import type { Bundle } from "./bundle.ts";
import { COMPATIBILITY_DATE } from "./compatibility-date.ts";
import { stackName } from "./deployed.ts";

// It runs every hour, and not on the hour, when everybody's jobs run. The Worker relies on it:
// INTERVAL_MS in worker/retention/.
const CRON = "17 * * * *";

/** The settings of the retention Worker, its gateway and its script. */
export interface RetentionWorkerArgs extends Pick<Settings, "accountId" | "plan"> {
  readonly workerName: string;
  readonly gatewayId: pulumi.Input<string>;
  readonly keepDays: number;
  readonly maxEntries: number;
  readonly alertUrl: string | undefined;
  readonly bundle: Bundle;
}

/** The Worker that deletes old logs. It has no address, and alone a token that can delete. */
export class RetentionWorker extends pulumi.ComponentResource {
  constructor(name: string, args: RetentionWorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:RetentionWorker", name, {}, opts);
    const { accountId } = args;

    const token = makeToken(this, name, args);
    const script = new WorkersScript(
      name,
      {
        accountId,
        scriptName: args.workerName,
        contentFile: args.bundle.file,
        contentSha256: args.bundle.sha256,
        mainModule: "retention.js",
        compatibilityDate: COMPATIBILITY_DATE,
        // The Worker logs its own line about each run.
        observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
        bindings: bindings(args, token.value),
      },
      { parent: this },
    );
    // Declared although it is off, so that an address opened by hand shows as drift.
    new WorkersScriptSubdomain(
      name,
      { accountId, scriptName: script.scriptName, enabled: false, previewsEnabled: false },
      { parent: this },
    );
    new WorkersCronTrigger(
      name,
      { accountId, scriptName: script.scriptName, schedules: [{ cron: CRON }] },
      { parent: this },
    );

    this.registerOutputs();
  }
}

/** Makes the token, without a last day: the promise has none (docs/decisions/retention.md). */
function makeToken(
  parent: pulumi.Resource,
  name: string,
  { accountId, workerName }: RetentionWorkerArgs,
): AccountToken {
  // This permission lists and deletes logs: there is none for deleting alone.
  const policy = allow({ accountId, name: PERMISSIONS.writeGateways, neededBy: "logs.keepDays" });
  return new AccountToken(
    name,
    { accountId, name: workerName, policies: [policy] },
    { parent, ...REPLACE_WITH_POLICY },
  );
}

type Binding = Omit<types.input.WorkersScriptBinding, "name">;

function bindings(
  args: RetentionWorkerArgs,
  token: pulumi.Output<string>,
): types.input.WorkersScriptBinding[] {
  // Keyed by RawEnv: a binding that the Worker reads and this record lacks is a type error.
  const byName: Record<Exclude<keyof RawEnv, "ALERT_URL">, Binding> = {
    ACCOUNT_ID: { type: "plain_text", text: args.accountId },
    GATEWAY_ID: { type: "plain_text", text: args.gatewayId },
    KEEP_DAYS: { type: "plain_text", text: String(args.keepDays) },
    MAX_ENTRIES: { type: "plain_text", text: String(args.maxEntries) },
    MAX_SUBREQUESTS: { type: "plain_text", text: String(SUBREQUESTS[args.plan]) },
    API_TOKEN: { type: "secret_text", text: pulumi.secret(token) },
    API_URL: { type: "plain_text", text: "https://api.cloudflare.com/client/v4" },
    STACK: { type: "plain_text", text: stackName() },
  };
  const alert: Partial<Record<keyof RawEnv, Binding>> =
    args.alertUrl === undefined
      ? {}
      : { ALERT_URL: { type: "secret_text", text: pulumi.secret(args.alertUrl) } };
  return Object.entries({ ...byName, ...alert }).map(([name, binding]) => ({ name, ...binding }));
}
