/** How a run ended. */
export type Ended =
  | "done"
  // The rest is for the next run.
  | "out of requests"
  | "out of time"
  | "no progress"
  | "more than counted"
  // Somebody has to look.
  | "filter ignored"
  | "order ignored"
  | "refused"
  | "unavailable"
  | "unreadable";

/** Ends a run while there is something left to do. */
export class RunEnd extends Error {
  readonly ended: Ended;
  /** The status of the answer that ended it. */
  readonly status: number | undefined;

  constructor(ended: Ended, status?: number) {
    super(ended);
    this.ended = ended;
    this.status = status;
  }
}
