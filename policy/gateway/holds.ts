/**
 * Checks whether a response holds the values that were sent. It may hold more (defaults), in
 * another order, and leave out what is off. Of `headers` only the names are compared: whether
 * responses contain the values is not documented.
 */
export function holds(answer: unknown, wanted: unknown): boolean {
  if (isOff(wanted)) return isOff(answer);
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(answer) &&
      answer.length === wanted.length &&
      wanted.every((item) => answer.some((each) => holds(each, item)))
    );
  }
  if (!isObject(wanted)) return answer === wanted;
  return (
    isObject(answer) &&
    Object.entries(wanted).every(([key, value]) =>
      key === "headers" ? includesNames(answer[key], value) : holds(answer[key], value),
    )
  );
}

type Unchecked = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Unchecked {
  return typeof value === "object" && value !== null;
}

/** Checks whether a value is off: absent, `false`, not `enabled`, or made of nothing else. */
export function isOff(value: unknown): boolean {
  if (!isObject(value)) return value === undefined || value === null || value === false;
  if (value["enabled"] === false) return true;
  return Object.entries(value).every(([key, each]) => key === "enabled" || isOff(each));
}

function includesNames(answer: unknown, wanted: unknown): boolean {
  const answered = headerNames(answer);
  return headerNames(wanted).every((name) => answered.includes(name));
}

/** Lists the headers' names in lower case, because HTTP ignores their case. */
function headerNames(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value).map((name) => name.toLowerCase()) : [];
}
