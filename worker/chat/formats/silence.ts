/**
 * Calls back where a wait lasts too long. Its timer is set anew only once it has rung: one for each
 * event of a stream, with a promise to lose a race, cost as much as the event.
 */
export class SilenceTimer {
  #limitMs: number;
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the present wait began; undefined while nobody waits. */
  #waitsSince: number | undefined;

  constructor(limitMs: number, onSilence: () => void) {
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
  }

  /** Begins a wait, in place of the one before. */
  begin(): void {
    this.#waitsSince = Date.now();
    this.#timer ??= setTimeout(() => this.#ring(), this.#limitMs);
  }

  /** Ends a wait. */
  end(): void {
    this.#waitsSince = undefined;
  }

  /** Sets the limit of the waits that follow. */
  limit(limitMs: number): void {
    if (limitMs === this.#limitMs) return;
    this.stop();
    this.#limitMs = limitMs;
  }

  /** Ends a wait for good: without its timer, nothing keeps a stream that is over. */
  stop(): void {
    this.end();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    if (this.#waitsSince === undefined) return;
    const leftMs = this.#waitsSince + this.#limitMs - Date.now();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#ring(), leftMs);
    else this.#onSilence();
  }
}
