/** Finds what a change ends for callers: an address, a model, a token, a way to be let in. */
import type { Value } from "../gateway/effects.ts";
import type { Leaf, listLeaves } from "./leaves.ts";
import { endsWithKey } from "./provider-keys.ts";

type Leaves = ReturnType<typeof listLeaves>;

/** One value of a stack before and after a change, and both states of the stack. */
interface Step {
  readonly from: Value;
  readonly to: Value;
  readonly leaf: Leaf;
  readonly before: Leaves;
  readonly after: Leaves;
}

/** Describes what of a working caller ends with the change; undefined where nothing does. */
export function endsForCallers(step: Step): string | undefined {
  return ENDS[step.leaf.pattern]?.(step);
}

type End = (step: Step) => string | undefined;

const NO_MORE = "answers no more";

/** A workers.dev address that was served; a change of one of its parts makes it another. */
const ofWorkersDev: End = ({ from, to, before }) =>
  from !== undefined && to !== undefined && before.get("worker.workersDev")?.value === true
    ? `the Worker's workers.dev address ${NO_MORE}`
    : undefined;

const ENDS: Readonly<Record<string, End>> = {
  accountId: ofWorkersDev,
  "worker.name": ofWorkersDev,
  "worker.workersDevSubdomain": ofWorkersDev,
  "worker.workersDev": (step) => (step.to === true ? undefined : ofWorkersDev(step)),
  "worker.domain": ({ from }) => (from === undefined ? undefined : `https://${from} ${NO_MORE}`),
  "worker.access": ({ to }) =>
    to === "token" ? "requests without a caller's token get 401" : undefined,
  "worker.cloudflareAccess.team": ({ from }) =>
    from === undefined
      ? undefined
      : "a proof of that team of Cloudflare Access is accepted no more",
  "worker.cloudflareAccess.audience": ({ from }) =>
    from === undefined
      ? undefined
      : "a proof for that application of Cloudflare Access is accepted no more",
  "worker.models[]": ({ to, leaf }) =>
    to === undefined
      ? `requests for ${leaf.path.replace("worker.models.", "")} ${GET_404}`
      : undefined,
  "worker.models[].name": ({ to, leaf }) =>
    to === undefined ? `requests for that ${nameIn(leaf)} ${GET_404}` : undefined,
  "worker.models[].stream": ({ to }) =>
    to === "native"
      ? "for callers who speak that model's format, its streams have no error event where they break off, no comments while it is silent, no limit of silence and no repair; ids, model and errors are the provider's"
      : undefined,
  "worker.allow[]": ({ to }) => (to === undefined ? "requests that use it are refused" : undefined),
  "callers[]": ({ to }) => (to === undefined ? "requests with that token get 401" : undefined),
  "callers[].until": ({ from, to }) =>
    to !== undefined && (from === undefined || to < from)
      ? `requests with that token get 401 after ${to}`
      : undefined,
  "callers[].models": narrowed,
  "providers[]": ({ to, leaf, after }) => endsWithKey(to, leaf.path, after),
};

const GET_404 = "get 404";

function nameIn({ path }: Leaf): string {
  return path.replace(/^.*\((.*)\)$/, "$1");
}

/** A list of a caller's models by id or name; without one it may use all of the stack's. */
function narrowed({ from, to, before, after }: Step): string | undefined {
  if (to === undefined) return undefined;
  const own = new Set(modelsOf(to, after));
  const lost = modelsOf(from, before).filter((model) => !own.has(model));
  return lost.length === 0 ? undefined : `that caller's requests for ${lost.join(", ")} ${GET_404}`;
}

function modelsOf(list: Value, stack: Leaves): readonly string[] {
  if (list === undefined) {
    const all = [...stack.values()].filter(({ pattern }) => pattern === "worker.models[]");
    return all.map(({ path }) => path.replace("worker.models.", ""));
  }
  const names = String(list).split(", ");
  return names.map((name) => String(stack.get(`worker.models (name ${name})`)?.value ?? name));
}
