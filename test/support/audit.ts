/** What tests of audits share: a scripted account, and its findings. */
import { auditAccount, type AuditFinding } from "../../ops/audit/audit.ts";
import { ACCOUNT_ID, scriptedApi, type Answer } from "./scripted-account.ts";
import { stackWith } from "./settings.ts";

export const NOW = new Date("2026-11-22T12:00:00Z");

export const DAY = { from: "203.0.113.0/24", until: "2026-12-31" };

export interface Scene {
  readonly gateways?: readonly object[];
  readonly logs?: readonly object[];
  readonly workers?: Readonly<Record<string, readonly object[]>>;
  readonly tokens?: readonly object[];
  readonly jobs?: readonly object[];
  /** What stack dev declares otherwise. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Paths that the token may not read. */
  readonly refused?: readonly string[];
}

/** Of an account as stack dev declares it, but for what the scene has. */
export function audit(scene: Scene): Promise<readonly AuditFinding[]> {
  const { workers = { "talk-dev": [ai(), id("shop-dev")] }, refused = [] } = scene;
  const lists: Record<string, readonly object[]> = {
    "/ai-gateway/gateways": scene.gateways ?? [gateway("shop-dev")],
    "/workers/scripts": Object.keys(workers).map((name) => ({ id: name })),
    "/tokens": scene.tokens ?? [],
    "/logpush/jobs": scene.jobs ?? [],
  };
  const cloudflare = scriptedApi(({ path, query }): Answer => {
    if (refused.includes(path)) return { status: 403 };
    const [, worker] = /^\/workers\/scripts\/(.+)\/settings$/.exec(path) ?? [];
    if (worker !== undefined) return { result: { bindings: workers[worker] } };
    if (path.endsWith("/logs")) return { result: scene.logs ?? [] };
    if (path.endsWith("/provider_configs")) return { result: [] };
    const list = lists[path];
    if (list === undefined) return { result: [], data: { routes: [] } };
    return { result: Number(query.get("page") ?? 1) === 1 ? list : [] };
  });
  const stack = stackWith("dev", {
    readers: [{ name: "oncall", kind: "person", until: DAY.until, addresses: [DAY.from] }],
    ...scene.settings,
  });
  return auditAccount({ accountId: ACCOUNT_ID, cloudflare, stacks: [stack] }, NOW, () => {});
}

export function about(findings: readonly AuditFinding[], where: string): AuditFinding | undefined {
  return findings.find((finding) => finding.about === where);
}

export function gateway(name: string) {
  return { id: name, collect_logs: true, log_management: 10_000 };
}

export function ai(): object {
  return { type: "ai", name: "AI" };
}

export function id(text: string): object {
  return { type: "plain_text", name: "GATEWAY_ID", text };
}
