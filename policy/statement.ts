/**
 * What a stack does with prompts, answers and logs, as facts in plain words: a reviewer reads nothing else. Made from
 * the settings alone, so that a laptop and a deploy state the same.
 */
import type { Settings } from "./settings.ts";
import { logFacts } from "./statement/logs.ts";
import { trafficFacts } from "./statement/traffic.ts";

export interface Fact {
  readonly id: string;
  readonly question: string;
  /** One line. */
  readonly answer: string;
  /** The same for a machine. */
  readonly value: unknown;
  /** What of the answer rests on documentation or inference alone. */
  readonly notProved?: readonly OpenPoint[];
}

export interface OpenPoint {
  /** Its number in docs/what-is-stored.md, "Open points", where stands how to try it. */
  readonly point: number;
  /** `that …` */
  readonly text: string;
}

export interface Statement {
  readonly gatewayId: string;
  readonly tier: Settings["tier"];
  readonly facts: readonly Fact[];
  readonly waivers: Settings["waivers"];
  /** Of everything above: equal for two stacks that state the same. 16 hexadecimal characters. */
  readonly fingerprint: string;
}

/** The account and the secrets are left out: neither changes what is stated. */
export async function stateStack(settings: Settings): Promise<Statement> {
  const { gatewayId, tier, waivers } = settings;
  const content = {
    gatewayId,
    tier,
    facts: [...logFacts(settings), ...trafficFacts(settings)],
    waivers,
  };
  return { ...content, fingerprint: await fingerprint(content) };
}

async function fingerprint(content: object): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest, 0, 8), toHex).join("");
}

function toHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
