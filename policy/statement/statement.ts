/**
 * What a stack does with prompts, answers and logs, as facts in plain words: a reviewer reads nothing else. Made from
 * the settings and the committed evidence alone, so that a laptop and a pipeline state the same.
 */
import type { Evidence } from "../evidence/evidence.ts";
import type { Settings } from "../settings/settings.ts";
import { citeEvidence } from "./cite.ts";
import { logFacts } from "./logs.ts";
import { trafficFacts } from "./traffic.ts";

export interface Fact {
  readonly id: string;
  readonly question: string;
  /** One line. */
  readonly answer: string;
  /** The same for a machine. */
  readonly value: unknown;
  /** What of the answer rests on documentation or inference alone. */
  readonly notProved?: readonly OpenPoint[];
  /** What of it was tried on an account, and what came of that. */
  readonly seen?: readonly SeenPoint[];
}

export interface OpenPoint {
  /** Its number in docs/what-is-stored.md, "Open points", where stands how to try it. */
  readonly point: number;
  /** `that …` */
  readonly text: string;
}

export interface SeenPoint extends OpenPoint {
  readonly verdict: "kept" | "broken";
  /** `2026-11-23` */
  readonly date: string;
  /** One line. */
  readonly seen: string;
  /** The evidence, in the project's folder. */
  readonly file: string;
  /** What of the point is not proved by it. */
  readonly leaves?: string;
}

export interface Statement {
  readonly gatewayId: string;
  readonly tier: Settings["tier"];
  readonly facts: readonly Fact[];
  readonly waivers: Settings["waivers"];
  /** Of everything above but what was seen: equal for two stacks that promise the same. 16 hexadecimal characters. */
  readonly fingerprint: string;
}

/** The account and the secrets are left out: neither changes what is stated. */
export async function stateStack(
  settings: Settings,
  evidence: readonly Evidence[] = [],
): Promise<Statement> {
  const { gatewayId, tier, waivers } = settings;
  const content = {
    gatewayId,
    tier,
    facts: [...logFacts(settings), ...trafficFacts(settings)],
    waivers,
  };
  return {
    ...content,
    facts: citeEvidence(content.facts, evidence, settings.logs.system),
    // Without evidence: a deploy reads none, and what was seen changes no policy.
    fingerprint: await fingerprint(content),
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
