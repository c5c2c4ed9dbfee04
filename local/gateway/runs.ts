/**
 * Keeps the streams of the binding's run for a while, so that a caller who lost the connection
 * can go on where it was. Seen in Cloudflare's own provider for the AI SDK; not documented.
 * https://github.com/cloudflare/ai/blob/main/packages/gateway-core/src/resumable-stream.ts
 */
import { randomUUIDv7 } from "node:crypto";

import type { GatewayAnswer } from "./gateway.ts";

// About 5.5 minutes, as there.
const KEPT_MS = 330_000;

/** A stream, as far as it has come. */
class Run {
  readonly gatewayId: string;
  text = "";
  endedAt: number | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(gatewayId: string) {
    this.gatewayId = gatewayId;
  }

  /** Reads the stream to its end, whether or not anybody waits for it. */
  async record(pieces: AsyncIterable<string>, now: () => number): Promise<void> {
    try {
      for await (const piece of pieces) {
        this.text += piece;
        this.#announce();
      }
    } catch {
      // It ends there for its readers, too.
    }
    this.endedAt = now();
    this.#announce();
  }

  /** Passes on what came after an offset, and what is still to come. */
  async *follow(offset: number): AsyncGenerator<string> {
    for (let at = offset; ;) {
      const { promise } = this.#changed;
      const rest = this.text.slice(at);
      at += rest.length;
      if (rest !== "") yield rest;
      else if (this.endedAt !== undefined) return;
      else await promise;
    }
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The streams of an account. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  readonly #now: () => number;

  /** `now` returns milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Keeps the stream of an answer, which gets its id as a header; any other answer stays as it is. */
  keep(gatewayId: string, answer: GatewayAnswer): GatewayAnswer {
    if (answer.pieces === undefined) return answer;
    this.#forgetOld();
    const id = randomUUIDv7();
    const run = new Run(gatewayId);
    this.#runs.set(id, run);
    void run.record(answer.pieces, this.#now);
    return {
      ...answer,
      headers: { ...answer.headers, "cf-aig-run-id": id },
      pieces: run.follow(0),
    };
  }

  /** Passes on a stream without its first events; undefined where it is no longer kept. */
  resume(gatewayId: string, id: string, events: number): AsyncIterable<string> | undefined {
    this.#forgetOld();
    const run = this.#runs.get(id);
    if (run?.gatewayId !== gatewayId) return undefined;
    const parts = run.text.split("\n\n").slice(0, events);
    return run.follow(parts.reduce((sum, part) => sum + part.length + 2, 0));
  }

  #forgetOld(): void {
    const oldest = this.#now() - KEPT_MS;
    for (const [id, { endedAt = Infinity }] of this.#runs) {
      if (endedAt <= oldest) this.#runs.delete(id);
    }
  }
}
