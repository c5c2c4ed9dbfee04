/** The real Workers runtime, with its AI binding led here. No other file knows Miniflare. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  Log,
  LogLevel,
  Miniflare,
  Response,
  fetch,
  type MiniflareOptions,
  type RemoteProxyConnectionString,
  type Request,
} from "miniflare";

import { accessCerts } from "./access.ts";
import type { Script } from "./account.ts";
import { GUARD, guardedEntry } from "./host-guard.ts";
import { ROOT } from "./paths.js";
import { print, printError } from "./print.ts";
import { StackError } from "./stack-error.ts";
import { datasetsModule } from "./telemetry/datasets.ts";
import { takeMeasured, type Takers } from "./telemetry/outbound.ts";

/** What a Worker is made of: as declared, with its bytes in a file, or as uploaded. */
export type Served = Pick<
  Script,
  "scriptName" | "compatibilityDate" | "compatibilityFlags" | "mainModule" | "bindings"
> & {
  /** Whether the stack declares it. An uploaded Worker reaches no other server of this machine. */
  readonly isDeclared?: boolean;
} & ({ readonly contentFile: string } | { readonly modules: readonly Module[] });

export interface Module {
  readonly name: string;
  readonly type: "esm" | "text" | "data" | "wasm";
  readonly contents: string | Uint8Array<ArrayBuffer>;
}

export interface Runtime {
  readonly url: URL;
  /**
   * Serves another script, or the same one with other bindings, at the same address. Rejects with a
   * StackError when it does not load; what was served before goes on.
   */
  update(script: Served): Promise<void>;
  /** Fires a cron trigger; rejects with what the Worker threw. */
  runCron(cron: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where what leaves a Worker goes. */
export interface Gateway extends Takers {
  readonly door: URL;
  /** Where its AI binding sends every call. */
  readonly binding: URL;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Starts a Worker, until the process exits. `gateway` is where everything that leaves it goes. */
export async function startRuntime(
  script: Served,
  gateway: Gateway,
  address: Address,
): Promise<Runtime> {
  let serving = await options(script, gateway, address);
  const miniflare = new Miniflare(serving);
  const url = await miniflare.ready;
  return {
    url,
    stop: () => miniflare.dispose(),
    runCron: async (cron) => {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron });
      if (outcome !== "ok") throw new StackError(`the cron trigger ended with ${outcome}`);
    },
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

/** Miniflare's own messages, which quote what a Worker throws. */
class HarmlessLog extends Log {
  override logWithLevel(level: LogLevel, message: string): void {
    if (level <= this.level) printError(message);
  }
}

async function options(
  script: Served,
  gateway: Gateway,
  address: Address,
): Promise<MiniflareOptions> {
  const { binding } = gateway;
  const modules = await readModules(script);
  const bindings = script.bindings.flatMap((each) => {
    const made = toBinding(each);
    return made === undefined ? [] : [[each.name, made] as const];
  });
  return {
    ...address,
    // Otherwise Miniflare fetches a description of Cloudflare's network.
    cf: false,
    // It would open a port at which any user of the machine may call each service of the runtime.
    enableDevRegistry: false,
    log: new HarmlessLog(LogLevel.WARN),
    handleStructuredLogs: ({ level, message }) =>
      (level === "error" || level === "warn" ? printError : print)(message),
    workers: [
      {
        config: {
          name: script.scriptName,
          compatibilityDate: script.compatibilityDate,
          compatibilityFlags: [...script.compatibilityFlags],
          manifest: {
            mainModule: GUARD,
            modules: {
              ...Object.fromEntries(modules.map(({ name, ...module }) => [name, module])),
              [GUARD]: {
                type: "esm",
                contents: guardedEntry(script.mainModule, datasetsModule(script)),
              },
            },
          },
          env: Object.fromEntries(bindings),
        },
        dev: {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branded so that only tool makers set it
          remoteProxyConnectionString: binding as RemoteProxyConnectionString,
          outboundService: {
            type: "fetcher",
            handler: (request) => answerFetch(request, script, gateway),
          },
        },
      },
    ],
  };
}

/**
 * Answers what a Worker fetches by itself: the keys of Cloudflare Access, Cloudflare's API and
 * gateways, which are those of the local account, and what takes its measurements. Nothing that runs
 * here reaches the Internet.
 */
async function answerFetch(request: Request, script: Served, gateway: Gateway): Promise<Response> {
  const { door } = gateway;
  const taken = await takeMeasured(request, script, gateway);
  // Some statuses allow no body, an empty one neither.
  if (taken !== undefined) return new Response(taken.body || null, { status: taken.status });
  const { host, hostname, pathname, search } = new URL(request.url);
  // The door's own address is what the binding's getUrl() answers.
  const isGateway = ["gateway.ai.cloudflare.com", door.host].includes(host);
  if (hostname === "api.cloudflare.com" || (isGateway && pathname.startsWith("/v1/"))) {
    return fetch(new URL(pathname + search, door), request);
  }
  const isCerts =
    hostname.endsWith(".cloudflareaccess.com") && pathname === "/cdn-cgi/access/certs";
  return isCerts
    ? Response.json(await accessCerts())
    : new Response(`${hostname} is not reached from here`, { status: 403 });
}

async function readModules(script: Served): Promise<readonly Module[]> {
  if ("modules" in script) return script.modules;
  const contents = await readFile(join(ROOT, script.contentFile), "utf8");
  return [{ name: script.mainModule, type: "esm", contents }];
}

/** Describes a binding in Miniflare's terms; undefined for one that the guard's module makes. */
function toBinding(binding: Script["bindings"][number]) {
  // Miniflare's own keeps nothing of what is written.
  if (binding.type === "analytics_engine") return undefined;
  if (binding.type === "ai") return { type: "ai", dev: { remote: true } } as const;
  if (binding.type === "ratelimit") {
    const { namespaceId, simple } = binding;
    return { type: "rate-limit", namespace: namespaceId, simple } as const;
  }
  return { type: "text", value: binding.text } as const;
}
