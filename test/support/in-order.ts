import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Sorts test files as listed; others follow in vitest's own order. */
export function inOrder(first: readonly string[]): typeof BaseSequencer {
  const place = ({ moduleId }: TestSpecification): number => {
    const found = first.findIndex((file) => moduleId.endsWith(`/${file}`));
    return found === -1 ? first.length : found;
  };
  return class InOrder extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      // oxlint-disable-next-line unicorn/no-array-sort -- not an array's: the sequencer's own, which returns a new one
      return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
    }
  };
}
