/** Defines what a change of a value means for the logs, and the judges of most settings. */

/** The effects, gravest first: what is destroyed cannot be restored. */
export const EFFECTS = ["destroys logs", "less private", "more private", "neutral"] as const;
export type Effect = (typeof EFFECTS)[number];

/** A setting's value before or after a change; undefined where there is none. */
export type Value = string | number | boolean | undefined;

/** The effect of a change. */
export interface Judgement {
  readonly effect: Effect;
  /** The reason, where the values do not show it. */
  readonly because?: string;
}

/** Judges a change from one value to another. */
export type Judge = (from: Value, to: Value) => Judgement;

/** The meaning of a change: a judge, or why it never affects logs, which no review repeats. */
export type Meaning = Judge | { readonly neutral: string };

/** Returns the judge of a meaning. */
export function judgeBy(meaning: Meaning): Judge {
  return typeof meaning === "function" ? meaning : neutral;
}

/** Judges every change as neutral. */
export const neutral: Judge = () => ({ effect: "neutral" });

/** Judges an item or a switch with which somebody sees more. */
export const reveals: Judge = (_, to) => ({
  effect: to === undefined || to === false ? "more private" : "less private",
});

/** Judges a switch with which somebody sees less. */
export const conceals: Judge = (_, to) => ({
  effect: to === true ? "more private" : "less private",
});

/** Makes the judge of a choice of values, of which a later one is less private. */
export function ranked(...values: readonly Value[]): Judge {
  return (from, to) => ({
    effect: values.indexOf(to) > values.indexOf(from) ? "less private" : "more private",
  });
}

/** Makes the judge of a number that bounds what is seen; absent means `otherwise`. */
export function bounds(otherwise: number): Judge {
  return (from, to) => ({
    effect: Number(to ?? otherwise) > Number(from ?? otherwise) ? "less private" : "more private",
  });
}

/** Makes the judge of a bound on what is stored: lowered, it deletes what is there. */
export function storage(because: string): Judge {
  return (from, to) =>
    bounds(Infinity)(from, to).effect === "less private"
      ? { effect: "less private", because: "more is kept" }
      : { effect: "destroys logs", because };
}

/** Makes a judge with the same effect for every change. */
export function always(effect: Effect, because: string): Judge {
  return () => ({ effect, because });
}

/** Judges something that reads prompts or answers while a call runs, and keeps nothing. */
export const readsInFlight: Judge = (from, to) => {
  if (from !== undefined && to !== undefined) return { effect: "neutral" };
  return to === undefined
    ? { effect: "more private", because: "it reads nothing any more" }
    : { effect: "less private", because: "it reads what passes through" };
};
