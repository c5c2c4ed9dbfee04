/** One line of what is printed: a figure beside its reference. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly reference: string;
  readonly ratio: string;
  readonly aim: string;
}

const HEADER: Row = {
  what: "what",
  measured: "measured",
  reference: "reference",
  ratio: "ratio",
  aim: "aim",
};

export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly reference: number;
  readonly unit: string;
  /** What the reference is. */
  readonly source: string;
  /** The ratio that is good enough; a smaller one is better. */
  readonly aim?: number;
  /** The same for a figure that is better the larger it is. */
  readonly atLeast?: number;
}

export function compare(figure: Figure): Row {
  const { what, measured, reference, unit, source, aim = 1, atLeast } = figure;
  return {
    what,
    measured: `${measured.toFixed(2)} ${unit}`,
    reference: `${reference.toFixed(2)} ${unit} (${source})`,
    ratio: (measured / reference).toFixed(2),
    aim: atLeast === undefined ? `${aim} or less` : `${atLeast} or more`,
  };
}

/** A line of the table, whose columns are as wide as the longest known cells: rows are printed one by one. */
export function formatRow({ what, measured, reference, ratio, aim }: Row = HEADER): string {
  const cells = [what.padEnd(46), measured.padEnd(11), reference.padEnd(28), ratio.padEnd(6), aim];
  return cells.join("  ").trimEnd();
}

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The value that this part of all values does not exceed, such as 0.99. NaN for no values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}
