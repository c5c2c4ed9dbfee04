/**
 * Reads single values of responses; one that no setting can hold is undefined. The groups make their
 * schemas when they read one: a program that declares a gateway starts sooner without them.
 */
import { z } from "zod";

/** Reads a switch. */
export function onOff(answer: unknown): boolean | undefined {
  return typeof answer === "boolean" ? answer : undefined;
}

export function number(answer: unknown): number | undefined {
  return typeof answer === "number" ? answer : undefined;
}

/** Reads a number of which 0 means off. */
export function amount(answer: unknown): number | undefined {
  return number(answer) || undefined;
}

export function text(answer: unknown): string | undefined {
  return typeof answer === "string" ? answer : undefined;
}

/** Reads a list, without the items of another shape; a list without items means off. */
export function readItems<T extends z.ZodType>(
  item: T,
  answer: unknown,
): readonly z.output<T>[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  const items = answer.flatMap((each: unknown) => {
    const { success, data } = item.safeParse(each);
    return success ? [data] : [];
  });
  return items.length > 0 ? items : undefined;
}
