/** What a reader may do, in words, for the review of a change. */
import type { Leaf } from "./leaves.ts";

/** `reader` is its path, `readers.oncall`. */
export function describeReader(reader: string, stack: ReadonlyMap<string, Leaf>): string {
  return stack.get(`${reader}.token`)?.value === true
    ? describeToken(reader, stack)
    : `meant to read the logs, ${limitsOf(reader, stack)}; no token is made`;
}

/** AI Gateway Read is given for an account, never for one gateway. */
export function describeToken(reader: string, stack: ReadonlyMap<string, Leaf>): string {
  const holder = stack.get(`${reader}.kind`)?.value === "ci" ? "a pipeline" : "a person or a team";
  return `a token is made, for ${holder}, that reads every log of all the account's gateways, ${limitsOf(reader, stack)}`;
}

function limitsOf(reader: string, stack: ReadonlyMap<string, Leaf>): string {
  const until = stack.get(`${reader}.until`)?.value;
  const addresses = stack.get(`${reader}.addresses`)?.value;
  const days = until === undefined ? "without a last day" : `until ${until}`;
  return `${days}, from ${addresses === undefined ? "any address" : `${addresses} only`}`;
}
