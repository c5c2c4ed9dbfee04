import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import type { Script } from "./account.ts";
import { ROOT, STATE } from "./paths.js";
import { LOCAL_ACCOUNT_ID } from "./stack.ts";

/**
 * Writes what wrangler needs to run a declared Worker, and returns the configuration's path. Ids
 * and bindings come from the program's own declaration, so they exist once. Secret bindings go to
 * `.dev.vars` beside it, which wrangler reads and never uploads.
 */
export async function writeWranglerConfig(stack: string, script: Script): Promise<string> {
  const folder = join(STATE, stack);
  const texts = (type: string) =>
    Object.fromEntries(
      script.bindings.flatMap((binding) =>
        "text" in binding && binding.type === type ? [[binding.name, binding.text]] : [],
      ),
    );
  const ai = script.bindings.find(({ type }) => type === "ai");
  const config = {
    name: script.scriptName,
    main: relative(folder, join(ROOT, script.contentFile)),
    // These are the bytes that Pulumi deploys, not another bundle of them.
    no_bundle: true,
    compatibility_date: script.compatibilityDate,
    compatibility_flags: script.compatibilityFlags,
    ...(script.accountId !== LOCAL_ACCOUNT_ID && { account_id: script.accountId }),
    ...(ai !== undefined && { ai: { binding: ai.name, remote: true } }),
    ratelimits: script.bindings.flatMap((binding) =>
      binding.type === "ratelimit"
        ? [{ name: binding.name, namespace_id: binding.namespaceId, simple: binding.simple }]
        : [],
    ),
    analytics_engine_datasets: script.bindings.flatMap((binding) =>
      binding.type === "analytics_engine"
        ? [{ binding: binding.name, dataset: binding.dataset }]
        : [],
    ),
    vars: texts("plain_text"),
    send_metrics: false,
  };
  const secrets = Object.entries(texts("secret_text")).map(([name, text]) => `${name}='${text}'\n`);

  const file = join(folder, "wrangler.json");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".dev.vars"), secrets.join(""), { mode: 0o600 });
  await writeFile(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return file;
}
