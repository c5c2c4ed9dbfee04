/** A statement for people: a page of Markdown, and text for a terminal. */
import { isAsked } from "../evidence/questions.ts";
import { escapeMarkdown, printableLine } from "../harmless.ts";
import type { Fact, OpenPoint, SeenPoint } from "./fact.ts";
import type { Statement } from "./statement.ts";

/** `docs/policy/<stack>.md`: one fact a line, so that a line of the difference is a change of the policy. */
export function toPage(stack: string, statement: Statement): string {
  return [
    `# What stack ${stack} does with prompts and logs`,
    "",
    ...describeUnproved(statement).flatMap((text) => [`**${text}.**`, ""]),
    `Made from \`Pulumi.${stack}.yaml\` by \`npm run policy\`. What each log system stores, and how to prove what is not proved: [what is stored](../what-is-stored.md#open-points).`,
    "",
    toTable(statement),
    "",
    `Fingerprint \`${statement.fingerprint}\`, also the stack output \`policyFingerprint\`.`,
    "",
  ].join("\n");
}

/** Says of a production stack that its switches for bodies are unproved, or were seen to fail. */
export function describeUnproved({ tier, facts }: Statement): readonly string[] {
  if (tier !== "production") return [];
  const isBroken = facts.some(({ seen = [] }) =>
    seen.some((point) => isAboutBodies(point) && point.verdict === "broken"),
  );
  if (isBroken) return ["Bodies were SEEN in logs of an account, in spite of the switches"];
  return facts.some(({ notProved = [] }) => notProved.some(isAboutBodies))
    ? ["That bodies stay out of logs is proved on no account yet (run npm run probe first)"]
    : [];
}

/** Point 1 is about the switch that keeps bodies out of a log. */
function isAboutBodies({ point }: OpenPoint): boolean {
  return point === 1;
}

/** Says why a page, or the lack of one, is not that of a stack's policy; undefined where it is. */
export function describeStale(
  stack: string,
  page: string | undefined,
  { fingerprint }: Pick<Statement, "fingerprint">,
): string | undefined {
  const found = /^Fingerprint `([0-9a-f]{16})`/m.exec(page ?? "")?.[1];
  if (found === fingerprint) return undefined;
  const state = page === undefined ? "is not there" : `has fingerprint ${found ?? "none"}`;
  return `docs/policy/${stack}.md ${state}, and the policy of Pulumi.${stack}.yaml has ${fingerprint}; run npm run policy, and have the page reviewed`;
}

/** The facts and exceptions alone, and below them what the facts rest on. */
export function toTable(statement: Statement): string {
  return [
    `| question | ${statement.gatewayId} (${statement.tier}) |`,
    "| --- | --- |",
    ...toRows(statement).map((cells) => `| ${cells.map(escapeMarkdown).join(" | ")} |`),
    ...listGrounds(statement).flatMap(({ title, lines }) => [
      "",
      `${title}:`,
      "",
      ...lines.map((line) => `- ${escapeMarkdown(line)}`),
    ]),
  ].join("\n");
}

/**
 * An answer, and what it rests on: `no (seen on 2026-11-23: 10; not proved: 1)`, with the points' own numbers, so that
 * those of another row change nothing here. What was seen to fail stands first.
 */
export function toAnswer({ answer, notProved = [], seen = [] }: Fact): string {
  const broken = seen.filter(({ verdict }) => verdict === "broken");
  const kept = seen.filter(({ verdict }) => verdict === "kept");
  const parts = [mark(broken), answer, mark([...kept, ...notProved])];
  return parts.filter((part) => part !== "").join(" ");
}

/** Lists the facts and the exceptions, each with its answer. */
function toRows({ facts, waivers }: Statement): readonly (readonly [string, string])[] {
  return [
    ...facts.map((fact) => [fact.question, toAnswer(fact)] as const),
    ...waivers.map(
      ({ rule, until, reason }) => [`Exception from ${rule}`, `until ${until}: ${reason}`] as const,
    ),
  ];
}

export interface Grounds {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What the whole statement rests on besides the settings, each point once, by number. */
export function listGrounds({ facts }: Statement): readonly Grounds[] {
  const seen = once(facts.flatMap((fact) => fact.seen ?? []));
  const notProved = once(facts.flatMap((fact) => fact.notProved ?? []));
  const asked = notProved.map(({ point }) => point).filter(isAsked);
  const probe = asked.length === 0 ? "" : ` (npm run probe asks ${asked.join(", ")})`;
  const groups: Readonly<Record<string, readonly (OpenPoint | SeenPoint)[]>> = {
    "SEEN TO FAIL on an account": seen.filter(({ verdict }) => verdict === "broken"),
    "Seen on an account": seen.filter(({ verdict }) => verdict === "kept"),
    [`Not proved without an account${probe}`]: notProved,
  };
  return Object.entries(groups)
    .map(([title, points]) => ({ title, lines: points.map(describePoint) }))
    .filter(({ lines }) => lines.length > 0);
}

function once<Point extends OpenPoint>(points: readonly Point[]): readonly Point[] {
  const byNumber = new Map(points.map((point) => [point.point, point]));
  return [...byNumber.values()].toSorted((a, b) => a.point - b.point);
}

/** `(seen on 2026-11-23: 10; not proved: 1, 2)` */
function mark(points: readonly (OpenPoint | SeenPoint)[]): string {
  if (points.length === 0) return "";
  const groups = [...Map.groupBy(points, standing)].map(
    ([title, alike]) => `${title}: ${alike.map(({ point }) => point).join(", ")}`,
  );
  return `(${groups.join("; ")})`;
}

function standing(point: OpenPoint | SeenPoint): string {
  if (!("verdict" in point)) return "not proved";
  if (point.verdict === "broken") return `SEEN TO FAIL on ${point.date}`;
  return `seen${point.leaves === undefined ? "" : " in part"} on ${point.date}`;
}

function describePoint(point: OpenPoint | SeenPoint): string {
  const about = `point ${point.point}: ${point.text}`;
  if (!("verdict" in point)) return about;
  const left = point.leaves === undefined ? "" : `; not proved: ${point.leaves}`;
  return `${about}; ${standing(point)}: ${point.seen} (${point.file})${left}`;
}

/** The same for a terminal: two columns, and below them what they rest on. */
export function toText(statement: Statement): string {
  const rows = [...toRows(statement), ["Fingerprint", statement.fingerprint] as const];
  const width = Math.max(...rows.map(([question]) => question.length));
  return [
    ...rows.map(([question, answer]) => `  ${question.padEnd(width)}  ${answer}`),
    ...listGrounds(statement).flatMap(({ title, lines }) => [
      "",
      `  ${title}:`,
      ...lines.map((line) => `    ${line}`),
    ]),
  ]
    .map(printableLine)
    .join("\n");
}
