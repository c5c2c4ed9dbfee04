/** Numbers of one thing, by name. */
type Numbers = Readonly<Record<string, number>>;

/** Sums by model and by caller; the group with the most requests comes first. */
export interface Sums<Sum, Caller> {
  readonly all: Sum;
  readonly byModel: readonly (readonly [string, Sum])[];
  readonly byCaller: readonly (readonly [Caller, Sum])[];
}

/** Where a thing belongs, and what it adds to each sum. */
interface Adding<Item, Sum, Caller> {
  /** The sum of nothing. */
  readonly nothing: Sum;
  readonly toNumbers: (item: Item) => Sum;
  readonly modelOf: (item: Item) => string;
  readonly callerOf: (item: Item) => Caller;
}

/** Sums up things, altogether and in groups. */
export function sumUp<Item, Sum extends Numbers & { readonly requests: number }, Caller>(
  items: readonly Item[],
  { nothing, toNumbers, modelOf, callerOf }: Adding<Item, Sum, Caller>,
): Sums<Sum, Caller> {
  const sum = (some: readonly Item[]) => some.map(toNumbers).reduce(add, nothing);
  const sumBy = <Key>(keyOf: (item: Item) => Key) =>
    [...Map.groupBy(items, keyOf)]
      .map(([key, some]) => [key, sum(some)] as const)
      .toSorted(([, a], [, b]) => b.requests - a.requests);
  return { all: sum(items), byModel: sumBy(modelOf), byCaller: sumBy(callerOf) };
}

function add<Sum extends Numbers>(sum: Sum, more: Sum): Sum {
  const sums = Object.entries(sum).map(([name, value]) => [name, value + (more[name] ?? 0)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names
  return Object.fromEntries(sums) as Sum;
}
