/**
 * What a stack does with prompts, answers and logs, as facts in plain words: a reviewer reads nothing else. Made from
 * the settings and the committed evidence alone, so that a laptop and a pipeline state the same.
 */
import type { Evidence } from "../evidence/evidence.ts";
import type { Settings } from "../settings/settings.ts";
import type { Stack } from "../stack/stack.ts";
import { list } from "../words.ts";
import { citeEvidence } from "./cite.ts";
import type { Fact } from "./fact.ts";
import { logFacts } from "./logs.ts";
import { trafficFacts } from "./traffic.ts";

export interface Statement {
  readonly gatewayId: string;
  readonly tier: Settings["tier"];
  readonly facts: readonly Fact[];
  readonly waivers: Settings["waivers"];
  /** Of everything above but what was seen: equal for two stacks that promise the same. 16 hexadecimal characters. */
  readonly fingerprint: string;
}

/** What is stated of a stack: its settings, and what may set more. */
export type StatedStack = Pick<Stack, "settings"> & Partial<Pick<Stack, "environments">>;

/** States a stack. The account and the secrets are left out: neither changes what is stated. */
export async function stateStack(
  { settings, environments = [] }: StatedStack,
  evidence: readonly Evidence[] = [],
): Promise<Statement> {
  const { gatewayId, tier, waivers } = settings;
  const content = {
    gatewayId,
    tier,
    facts: [
      ...logFacts(settings),
      ...trafficFacts(settings),
      ...(environments.length === 0 ? [] : [environmentFact(environments)]),
    ],
    waivers,
  };
  return {
    ...content,
    facts: citeEvidence(content.facts, evidence, settings.logs.system),
    // Without evidence: a deploy reads none, and what was seen changes no policy.
    fingerprint: await fingerprint(content),
  };
}

/** An environment may bring variables, such as a deploy's token; a setting from it stops the deploy. */
function environmentFact(environments: readonly string[]): Fact {
  return {
    id: "environment",
    question: "Does anything else set it?",
    answer: `a setting from elsewhere stops the deploy; environment variables of the deploy may come from Pulumi ESC: ${list(environments)}`,
    value: environments,
  };
}

async function fingerprint(content: object): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest, 0, 8), toHex).join("");
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
