/** The real Workers runtime, with the real AI binding pointed at the local AI Gateway. The one file that knows Miniflare. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  Log,
  LogLevel,
  Miniflare,
  type MiniflareOptions,
  type RemoteProxyConnectionString,
} from "miniflare";

import type { Script } from "./account.ts";
import { ROOT } from "./paths.js";
import { StackError } from "./stack.ts";

export interface Runtime {
  readonly url: URL;
  /**
   * Serves another script, or the same one with other bindings, at the same address. Rejects with a StackError when it
   * does not load; what was served before goes on.
   */
  update(script: Script): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Starts a declared Worker, until the process exits. `gateway` is where its AI binding sends every call.
 */
export async function startRuntime(
  script: Script,
  gateway: URL,
  address: Address,
): Promise<Runtime> {
  let serving = await options(script, gateway, address);
  const miniflare = new Miniflare(serving);
  const url = await miniflare.ready;
  return {
    url,
    update: async (changed) => {
      const next = await options(changed, gateway, address);
      try {
        await miniflare.setOptions(next);
        serving = next;
      } catch (cause) {
        await miniflare.setOptions(serving);
        throw new StackError("the Worker does not load; the runtime says why above", { cause });
      }
    },
  };
}

async function options(script: Script, gateway: URL, address: Address): Promise<MiniflareOptions> {
  const contents = await readFile(join(ROOT, script.contentFile), "utf8");
  const bindings = script.bindings.map((binding) => [binding.name, toBinding(binding)] as const);
  return {
    ...address,
    // Otherwise it looks for a description of Cloudflare's network on the network.
    cf: false,
    log: new Log(LogLevel.WARN),
    workers: [
      {
        config: {
          name: script.scriptName,
          compatibilityDate: script.compatibilityDate,
          compatibilityFlags: [...script.compatibilityFlags],
          manifest: {
            mainModule: script.mainModule,
            modules: { [script.mainModule]: { type: "esm", contents } },
          },
          env: Object.fromEntries(bindings),
        },
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branded so that only tool makers set it
        dev: { remoteProxyConnectionString: gateway as RemoteProxyConnectionString },
      },
    ],
  };
}

/** In Miniflare's words. */
function toBinding(binding: Script["bindings"][number]) {
  if (binding.type === "ai") return { type: "ai", dev: { remote: true } } as const;
  if (binding.type === "ratelimit") {
    const { namespaceId, simple } = binding;
    return { type: "rate-limit", namespace: namespaceId, simple } as const;
  }
  return { type: "text", value: binding.text } as const;
}
