/** One fact of a statement, and what it rests on. */

export interface Fact {
  readonly id: string;
  readonly question: string;
  /** One line. */
  readonly answer: string;
  /** The answer as data, for a machine. */
  readonly value: unknown;
  /** What in the answer rests on documentation or inference alone. */
  readonly notProved?: readonly OpenPoint[];
  /** What in the answer was tried on an account, and what came of that. */
  readonly seen?: readonly SeenPoint[];
}

export interface OpenPoint {
  /** The point's number in docs/what-is-stored.md, "Open points", where stands how to try it. */
  readonly point: number;
  /** `that …` */
  readonly text: string;
}

export interface SeenPoint extends OpenPoint {
  readonly verdict: "kept" | "broken";
  /** `2026-11-23` */
  readonly date: string;
  /** One line. */
  readonly seen: string;
  /** The evidence file, in the project's folder. */
  readonly file: string;
  /** What the evidence leaves open. */
  readonly leaves?: string;
}

/** Makes the field of a fact; none where there is no open point. */
export function notProved(points: readonly OpenPoint[]): Pick<Fact, "notProved"> {
  return points.length === 0 ? {} : { notProved: points };
}
