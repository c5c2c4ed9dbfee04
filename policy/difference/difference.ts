/** What a change of a stack file means for the logs, in words: for the reviewer of a pull request. */
import { listLeaves, type Leaf } from "./leaves.ts";
import { looksSecret } from "../looks-secret.ts";
import type { Stack } from "../stack/stack.ts";
import {
  EFFECTS,
  always,
  neutral,
  ranked,
  reveals,
  storage,
  type Effect,
  type Judgement,
  type Value,
} from "../gateway/effects.ts";
import { gatewayJudges } from "../gateway/mapping.ts";
import { isWorkersAi } from "../platform.ts";
import { endsForCallers } from "./ends-for-callers.ts";
import { allowsReach, movesName } from "./model-access.ts";
import { storesKey } from "./provider-keys.ts";
import { describeReader, describeToken } from "./reader-access.ts";

export interface Change {
  /** `logs.collect`, `readers.oncall.until` */
  readonly path: string;
  /** `absent` where there was nothing. */
  readonly from: string;
  readonly to: string;
  readonly effect: Effect;
  /** Where the values do not say it by themselves. */
  readonly because?: string;
  /** What ends for a caller that works today; a change without it breaks none that is known of. */
  readonly ends?: string;
}

/** Lists every change, gravest first, and of one effect first what breaks callers. */
export function compareStacks(from: Stack, to: Stack): readonly Change[] {
  const before = listLeaves(from);
  const after = listLeaves(to);
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths]
    .filter((path) => before.get(path)?.value !== after.get(path)?.value)
    .flatMap((path) => describe(before.get(path), after.get(path), { before, after }))
    .toSorted((a, b) => rank(a) - rank(b));
}

function rank({ effect, ends }: Change): number {
  return 2 * EFFECTS.indexOf(effect) + (ends === undefined ? 1 : 0);
}

type Leaves = ReturnType<typeof listLeaves>;

function describe(
  from: Leaf | undefined,
  to: Leaf | undefined,
  { before, after }: { readonly before: Leaves; readonly after: Leaves },
): Change[] {
  const leaf = to ?? from;
  if (leaf === undefined) return [];
  // An item that comes or goes as a whole is told once.
  const { item } = leaf;
  if (item !== undefined && before.has(item) !== after.has(item)) return [];
  const { effect, because } =
    exceptionOf(leaf, { before, after }) ??
    judgeOf(leaf.pattern)(from?.value, to?.value, leaf, to === undefined ? before : after);
  const step = { from: from?.value, to: to?.value, leaf, before, after };
  const ends = endsForCallers(step);
  return [
    {
      path: leaf.path === "logs.system" ? "logSystem" : leaf.path,
      from: show(from),
      to: show(to),
      effect,
      ...(because !== undefined && { because }),
      ...(ends !== undefined && { ends }),
    },
  ];
}

/** Shows a value; no schema has checked one of another namespace, which may be a secret. */
function show(leaf: Leaf | undefined): string {
  const text = String(leaf?.value ?? "absent");
  return leaf?.pattern === "others" && looksSecret(text) ? "a value that is not shown" : text;
}

/** What means nothing, or something else, on one of the two log systems. */
function exceptionOf(
  { path }: Leaf,
  { before, after }: Record<"before" | "after", Leaves>,
): Judgement | undefined {
  const [from, to] = [before, after].map((leaves) => leaves.get("logs.system")?.value);
  // A cap comes or goes with its log system: that is no decision about the logs that are there.
  if (from !== to && ["logs.maxEntries", "logs.whenFull"].includes(path)) {
    return { effect: "neutral", because: "only one of the two log systems knows it" };
  }
  if (path === "logs.keepDays" && to === "observability") {
    return { effect: "neutral", because: "a declaration: on this log system the platform deletes" };
  }
  return undefined;
}

function judgeOf(pattern: string): Judge {
  // All hazards of both sides are judged alike.
  return JUDGES[pattern.replace(/^guardrails\..+/, "guardrails")] ?? neutral;
}

/** Judges a change; `stack` is the side on which the leaf stands, the later one if on both. */
type Judge = (from: Value, to: Value, leaf: Leaf, stack: Leaves) => Judgement;

/** A list of networks, of which none means all. */
const narrows: Judge = (from, to) => {
  const old = networks(from);
  const isNarrower = old === undefined || networks(to)?.isSubsetOf(old) === true;
  return { effect: isNarrower ? "more private" : "less private" };
};

function networks(value: Value): Set<string> | undefined {
  return value === undefined ? undefined : new Set(String(value).split(", "));
}

const TOKEN_GOES = "its token is deleted";

const namesReader: Judge = (_, to, { path }, stack) => {
  if (to !== undefined) return { effect: "less private", because: describeReader(path, stack) };
  const hadToken = stack.get(`${path}.token`)?.value === true;
  return { effect: "more private", ...(hadToken && { because: TOKEN_GOES }) };
};

const makesToken: Judge = (_, to, { item = "" }, stack) =>
  to === true
    ? { effect: "less private", because: describeToken(item, stack) }
    : { effect: "more private", because: TOKEN_GOES };

/** Who is let in by Cloudflare Access: no stack file says whom it admits. */
const admits =
  (what: string): Judge =>
  (from, to) =>
    from === undefined || to === undefined
      ? { effect: "neutral" }
      : {
          effect: "less private",
          because: `whoever the other ${what} admits may call, and stands in logs: look there who that is`,
        };

/** The judges by the pattern of a leaf. Those of the gateway's settings come from the table of its fields. */
export const JUDGES: Readonly<Record<string, Judge>> = {
  ...gatewayJudges(),
  "callers[]": (_, to, { path }) => {
    if (to === undefined)
      return { effect: "more private", because: "that token is let in no more" };
    const unseen = path.includes("(encrypted") ? "; which key it is cannot be seen" : "";
    return { effect: "less private", because: `one more token is let in${unseen}` };
  },
  "callers[].key": always(
    "less private",
    "its ciphertext changed: it may be another key, which cannot be seen, or the same one encrypted anew",
  ),
  others: always(
    "neutral",
    "a setting of another namespace: it decides how a deploy works, and not what is logged",
  ),
  "environment[]": (_, to) => ({
    effect: "neutral",
    because:
      to === undefined
        ? "it brings nothing to the deploy any more"
        : "variables of the deploy may come from there, which no review sees; a setting from there stops the deploy",
  }),
  accountId: (from, to) =>
    from === undefined || to === undefined
      ? { effect: "neutral", because: "if it is the account that it was" }
      : { effect: "destroys logs", because: "a new gateway is made in another account" },
  protect: (_, to) =>
    to === true
      ? { effect: "neutral" }
      : { effect: "destroys logs", because: "nothing refuses any more to delete the gateway" },
  "logs.keepDays": storage("older logs are deleted within hours, and for good"),
  "logs.system": always(
    "neutral",
    "a fact about the account: no log moves, and other rules about days and storage hold",
  ),
  tier: (_, to) =>
    to === "production"
      ? { effect: "more private", because: "the rules for production hold from now on" }
      : { effect: "less private", because: "the rules for production hold no longer" },
  "waivers[]": (_, to) =>
    to === undefined
      ? { effect: "more private", because: "the rule holds again" }
      : { effect: "less private", because: "the rule does not hold until that day" },
  "waivers[].until": (from, to) => ({
    effect: String(to) > String(from) ? "less private" : "more private",
    because: "the rule does not hold until that day",
  }),
  "readers[]": namesReader,
  "readers[].until": (from, to) => ({
    effect: String(to ?? "9") > String(from ?? "9") ? "less private" : "more private",
  }),
  "readers[].addresses": narrows,
  "readers[].token": makesToken,
  "telemetry.traces": (_, to) =>
    to === undefined
      ? { effect: "more private", because: "no span leaves any more" }
      : { effect: "less private", because: "who calls which model leaves, without a body" },
  "telemetry.metrics": (_, to) =>
    to === undefined
      ? { effect: "more private", because: "no data point is written any more" }
      : { effect: "less private", because: "who calls which model is kept for three months" },
  "telemetry.metrics.dataset": always(
    "neutral",
    "what was written stays where it is, for three months",
  ),
  "telemetry.traces.url": always("less private", "spans go to another receiver"),
  "telemetry.traces.headers": always("neutral", "they let spans in at their receiver"),
  "telemetry.traces.keepDays": (from, to) => ({
    effect: Number(to ?? Infinity) > Number(from ?? Infinity) ? "less private" : "more private",
    because: "what the receiver is said to do; nothing here enforces it",
  }),
  "worker.models[]": (from, to, leaf) =>
    isWorkersAi(leaf.path.replace("worker.models.", ""))
      ? { effect: "neutral" }
      : reveals(from, to),
  "worker.models[].name": movesName,
  "worker.allow[]": allowsReach,
  "callers[].models": (from, to, ...place) => ({
    ...narrows(from, to, ...place),
    because: "prompts of that caller go to other models",
  }),
  "providers[]": storesKey,
  "providers[].key": always(
    "less private",
    "its ciphertext changed: it may be a key of another account at the provider, which cannot be seen, or the same one encrypted anew",
  ),
  "worker.access": ranked("token", "open"),
  "worker.cloudflareAccess.audience": admits("application"),
  "worker.cloudflareAccess.team": (from, to, ...place) => {
    if (from !== undefined && to !== undefined) return admits("team")(from, to, ...place);
    return to === undefined
      ? { effect: "more private", because: "people no longer call under their e-mail address" }
      : { effect: "less private", because: "people call, and stand in logs, by e-mail address" };
  },
  "anonymousCallers.key": (_, to) =>
    to === undefined
      ? { effect: "less private", because: "logs name the callers" }
      : { effect: "more private", because: "new logs no longer name the callers" },
};
