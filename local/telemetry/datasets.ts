/** Bindings to Analytics Engine whose points are kept, which Miniflare's are not. */
import type { Script } from "../account.ts";

/** The address to which the bindings write, below it each dataset. No name of a host ends so. */
export const DATASETS = "https://analytics-engine.invalid/";

/**
 * Makes the part of a Worker's main module that defines `withDatasets`, which adds the script's
 * datasets to its other bindings. A data point that Cloudflare would not take is refused.
 * https://developers.cloudflare.com/analytics/analytics-engine/limits/
 */
export function datasetsModule({ bindings }: Pick<Script, "bindings">): string {
  const datasets = bindings.flatMap((binding) =>
    binding.type === "analytics_engine" ? [[binding.name, binding.dataset] as const] : [],
  );
  if (datasets.length === 0) return "const withDatasets = (env) => env;";
  return `
    import { waitUntil } from "cloudflare:workers";

    const bytes = (text) => new TextEncoder().encode(text).length;
    const openDataset = (name) => ({
      writeDataPoint({ indexes = [], blobs = [], doubles = [] } = {}) {
        const size = blobs.reduce((sum, blob) => sum + bytes(blob ?? ""), 0);
        const fits = indexes.length <= 1 && blobs.length <= 20 && doubles.length <= 20;
        if (!fits || size > 16384 || indexes.some((index) => bytes(index ?? "") > 96)) {
          throw new TypeError("the data point has more than Analytics Engine takes");
        }
        const body = JSON.stringify({ indexes, blobs, doubles });
        const sent = fetch(${JSON.stringify(DATASETS)} + name, { method: "POST", body });
        waitUntil(sent.then((response) => response.arrayBuffer()));
      },
    });
    const datasets = ${JSON.stringify(Object.fromEntries(datasets))};
    const points = Object.fromEntries(
      Object.entries(datasets).map(([binding, name]) => [binding, openDataset(name)]),
    );
    // One object for each env: a Worker may keep what it found out about its bindings.
    const known = new WeakMap();
    const withDatasets = (env) => {
      if (!known.has(env)) known.set(env, { ...env, ...points });
      return known.get(env);
    };
  `;
}
