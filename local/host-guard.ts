/**
 * A page on the web can make a browser call loopback under a name of its own, and read the answers.
 * A Worker that anybody may call has nothing else against it than this check of the name.
 */

/** The name of the main module that stands before a Worker's own. */
export const GUARD = "host-guard.js";

/** The names that this machine has in a request to its loopback. */
export const LOOPBACK_NAMES = ["127.0.0.1", "localhost"];

/**
 * Makes a module that answers as the Worker's own main module, but for requests under another name.
 * `prelude` defines `withDatasets`, which completes the Worker's bindings. It is part of the Worker: before another Worker, a header of Miniflare's leads around it. Nor does
 * it read the request's URL, which another such header replaces.
 */
export function guardedEntry(mainModule: string, prelude: string): string {
  const main = JSON.stringify(`./${mainModule}`);
  return `
    import * as all from ${main};
    export * from ${main};
    ${prelude}

    const refusal = ({ headers }) =>
      ${JSON.stringify(LOOPBACK_NAMES)}.includes((headers.get("host") ?? "").replace(/:\\d+$/, ""))
        ? undefined
        : new Response("only for this machine\\n", { status: 403 });

    const guardClass = (Worker) => class extends Worker {
      constructor(context, env) { super(context, withDatasets(env)); }
      fetch(request) { return refusal(request) ?? super.fetch(request); }
    };

    const guardObject = (worker) => new Proxy(worker, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (event, env, ...rest) =>
          (name === "fetch" ? refusal(event) : undefined) ??
          value.call(target, event, withDatasets(env), ...rest);
      },
    });

    export default typeof all.default === "function" ? guardClass(all.default) : guardObject(all.default);
  `;
}
