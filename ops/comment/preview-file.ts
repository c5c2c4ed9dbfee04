/** What `pulumi preview --json` printed, as far as a comment needs it: which operation meets which resource. */
import { z } from "zod";

// https://github.com/pulumi/pulumi/blob/v3.258.0/pkg/display/json.go. Its first step is the stack's own, so that a file
// without one is no preview that found nothing to do.
export const PreviewFile = z.object({
  steps: z.array(z.object({ op: z.string(), urn: z.string() })).min(1),
});

export const KINDS = ["create", "update", "replace", "delete"] as const;
export type Kind = (typeof KINDS)[number];

export interface Preview {
  readonly counts: Readonly<Record<Kind, number>>;
  /** Operations that are none of these, such as `import`. */
  readonly others: readonly string[];
  /** Every gateway that is not kept, and what would be done to it. */
  readonly lostGateways: readonly { readonly name: string; readonly op: string }[];
}

// https://github.com/pulumi/pulumi/blob/v3.258.0/pkg/resource/deploy/step.go. A replacement may be several steps.
const REPLACE = /^(?:replace|(?:create|read|import)-replacement|(?:delete|discard)-replaced)$/;
const NOTHING = new Set(["same", "read", "refresh", "diff"]);
const KEEPS_A_GATEWAY = new Set([...NOTHING, "create", "update", "import"]);
const GATEWAY = "cloudflare:index/aiGateway:AiGateway";

export function summarize({ steps }: z.output<typeof PreviewFile>): Preview {
  const urns = Map.groupBy(steps, ({ op }) => kindOf(op));
  const amount = (kind: Kind) => new Set(urns.get(kind)?.map(({ urn }) => urn)).size;
  const others = steps.map(({ op }) => op).filter((op) => kindOf(op) === undefined);
  const lost = steps
    .filter(({ op, urn }) => typeOf(urn) === GATEWAY && !KEEPS_A_GATEWAY.has(op))
    .map(({ op, urn }): [string, string] => [nameOf(urn), kindOf(op) ?? op]);
  return {
    counts: {
      create: amount("create"),
      update: amount("update"),
      replace: amount("replace"),
      delete: amount("delete"),
    },
    others: [...new Set(others.filter((op) => !NOTHING.has(op)))],
    lostGateways: [...new Map(lost)].map(([name, op]) => ({ name, op })),
  };
}

function kindOf(op: string): Kind | undefined {
  return REPLACE.test(op) ? "replace" : KINDS.find((kind) => kind === op);
}

/** `urn:pulumi:dev::project::ai-gateway:index:Gateway$cloudflare:index/aiGateway:AiGateway::gateway` */
function typeOf(urn: string): string | undefined {
  return urn.split("::")[2]?.split("$").at(-1);
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
