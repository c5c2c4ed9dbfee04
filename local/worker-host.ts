import type { Gateway, Runtime, Served } from "./runtime.ts";

/** Runs the Workers that were uploaded, each in a runtime of its own at a port of its own. */
export class WorkerHost {
  readonly #gateway: Gateway;
  readonly #running = new Map<string, Promise<Runtime>>();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /**
   * Serves a Worker, in place of an earlier one of its name, and returns its address. Rejects when
   * it does not load; what was served before goes on.
   */
  async serve(script: Served): Promise<URL> {
    const before = this.#running.get(script.scriptName);
    if (before !== undefined) {
      const runtime = await before;
      await runtime.update(script);
      return runtime.url;
    }
    const starting = this.#start(script);
    this.#running.set(script.scriptName, starting);
    try {
      return (await starting).url;
    } catch (error) {
      this.#running.delete(script.scriptName);
      throw error;
    }
  }

  /** Fires a cron trigger of a Worker, served from then on; rejects with what it threw. */
  async runCron(script: Served, cron: string): Promise<void> {
    await this.serve(script);
    await (await this.#running.get(script.scriptName))?.runCron(cron);
  }

  /** Returns the address of a Worker; undefined where it is not served. */
  async find(name: string): Promise<URL | undefined> {
    return (await this.#running.get(name))?.url;
  }

  async remove(name: string): Promise<void> {
    const runtime = await this.#running.get(name);
    this.#running.delete(name);
    await runtime?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.remove(name)));
  }

  async #start(script: Served): Promise<Runtime> {
    // The runtime is loaded with the first Worker: it takes a quarter of a second.
    const { startRuntime } = await import("./runtime.ts");
    return startRuntime(script, this.#gateway, { host: "127.0.0.1", port: 0 });
  }
}
