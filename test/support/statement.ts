/** What tests of statements share: settings, and the answers of a stack. */
import { stateStack } from "../../policy/statement/statement.ts";
import { stackWith } from "./settings.ts";

export const OTEL = { kind: "otel", url: "https://otel.example.com/v1/traces" };

/** Fact → its answer. */
export async function answers(
  ...args: Parameters<typeof stackWith>
): Promise<Record<string, string>> {
  const { facts } = await stateStack(stackWith(...args));
  return Object.fromEntries(facts.map(({ id, answer }) => [id, answer]));
}
