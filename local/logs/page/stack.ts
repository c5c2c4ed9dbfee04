/** The running stack, as the pages show it. */
import type { Evidence } from "../../../policy/evidence/evidence.ts";
import { parseSettings, type ConfigValues } from "../../../policy/settings/parse-settings.ts";
import type { Settings } from "../../../policy/settings/settings.ts";
import { stateStack, type Statement } from "../../../policy/statement/statement.ts";

export interface RunningStack {
  readonly name: string;
  /** The settings of the stack file, with a stand-in for each secret. */
  readonly values: ConfigValues;
  /** What probes have seen on an account; none if absent. */
  readonly evidence?: readonly Evidence[] | undefined;
  /** A command that sends the Worker a request. */
  readonly example: string;
}

export interface Stack {
  readonly name: string;
  readonly example: string;
  readonly settings: Settings;
  readonly statement: Statement;
}

// Which account it is decides nothing about the policy, and a stack file need not name one.
const ANY_ACCOUNT_ID = "0".repeat(32);

export async function stateRunning(running: RunningStack): Promise<Stack> {
  const { name, values, evidence, example } = running;
  const parsed = parseSettings({ accountId: ANY_ACCOUNT_ID, ...values });
  if (!parsed.ok) throw new Error(`stack ${name} runs, and its settings cannot be read`);
  const { settings } = parsed;
  return { name, example, settings, statement: await stateStack({ settings }, evidence) };
}
