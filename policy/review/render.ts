/** Reviews for people: text for a terminal, Markdown for a pull request. */
import { describeFinding } from "../rules/rules.ts";
import type { Change } from "../difference/difference.ts";
import { formatProblem, type Problem } from "../settings/problems.ts";
import { escapeMarkdown, printableLine } from "../harmless.ts";
import { describeUnproved, toTable, toText } from "../statement/page.ts";
import type { Statement } from "../statement/statement.ts";
import { list } from "../words.ts";
import type { Difference, StackReview } from "./review.ts";

/** What is not known here of a stack's environments. */
function describeEnvironments({ environments }: { readonly environments: readonly string[] }) {
  return environments.length === 0
    ? []
    : [
        `the file names an environment (${environments.join(", ")}): variables of the deploy that come from there are unknown here, and a setting from there stops the deploy`,
      ];
}

export function reviewText(review: StackReview): string {
  return textLines(review).map(printableLine).join("\n");
}

function textLines(review: StackReview): readonly string[] {
  if (review.kind === "removed") return [`${review.stack}  its file is gone: ${REMOVED}`];
  if (review.kind === "project") return [`${PROJECT}:`, ...problemLines(review.problems)];
  const note = describeEnvironments(review).map((text) => `  unknown  ${text}`);
  if (review.kind === "unreadable") {
    return [`${review.stack}  cannot be deployed`, ...problemLines(review.problems), ...note];
  }
  const { gatewayId, tier } = review.statement;
  const unproved = describeUnproved(review.statement)
    .map((text) => `; ${uncapital(text)}`)
    .join("");
  const title = `${review.stack}  gateway ${gatewayId}, ${tier}`;
  if (isUnchanged(review)) return [`${title}: ${describeUnchanged(review)}${unproved}`, ...note];
  const findings = review.findings.map(
    (finding) => `  ${finding.severity.padEnd(7)}  ${formatProblem(describeFinding(finding))}`,
  );
  const difference = differenceText(review.difference);
  return [
    `${title}${unproved}`,
    ...difference,
    ...(difference.length === 0 ? [] : [""]),
    ...(findings.length === 0 ? [`  ${describeKept(review)}`] : findings),
    ...waiversInForce(review).map((waiver) => `  excused  ${describeWaiver(waiver)}`),
    ...note,
    "",
    ...toText(review.statement).split("\n"),
  ];
}

/** Orders reviews for people: what concerns every stack, what changes, then what stays as it is. */
export function changedFirst<Review extends { readonly kind: string }>(
  reviews: readonly (Review | StackReview)[],
): readonly (Review | StackReview)[] {
  const isLast = (review: Review | StackReview) => "findings" in review && isUnchanged(review);
  return [...reviews.filter((one) => !isLast(one)), ...reviews.filter(isLast)];
}

/** An unchanged stack that breaks a rule is shown whole, because the rule stops a pipeline. */
function isUnchanged({ difference, findings }: Reviewed): boolean {
  return (
    difference?.kind === "changed" &&
    difference.changes.length === 0 &&
    difference.renamedFrom === undefined &&
    !findings.some(({ severity }) => severity === "error")
  );
}

function describeUnchanged(review: Reviewed): string {
  const warnings = [...new Set(review.findings.map(({ rule }) => rule.id))];
  const excuses = waiversInForce(review).map((waiver) => `excused ${describeWaiver(waiver)}`);
  const warned = warnings.length === 0 ? [] : [`warned of ${list(warnings)}`];
  return ["no setting changes", ...warned, ...excuses].join("; ");
}

function describeWaiver({ rule, until, reason }: Statement["waivers"][number]): string {
  return `from ${rule} until ${until} because ${reason}`;
}

function describeKept(review: Reviewed): string {
  return waiversInForce(review).length === 0
    ? "breaks no rule"
    : "breaks no rule but those it is excused from";
}

/** An expired waiver, and one of a rule that there is not, excuse from nothing. */
function waiversInForce({ statement, findings }: Reviewed): Statement["waivers"] {
  const idle = findings
    .filter(({ rule }) => ["waiver-expired", "waiver-unknown"].includes(rule.id))
    .map(({ path }) => /^waivers\[\d+\]/.exec(path)?.[0]);
  return statement.waivers.filter((_, index) => !idle.includes(`waivers[${index}]`));
}

type Reviewed = Extract<StackReview, { readonly kind: "reviewed" }>;

const PROJECT = "Pulumi may take settings from elsewhere than the reviewed stack files";

function problemLines(problems: readonly Problem[]): readonly string[] {
  return problems.map((problem) => `  error    ${formatProblem(problem)}`);
}

/** What becomes of a stack without a file: plain `pulumi destroy` refuses, and `npm run destroy` reads the file. */
export const REMOVED =
  "nothing here deploys it any more, or deletes what it made; to delete that, restore the file, then npm run destroy (docs/operate.md)";

function differenceText(difference: Difference | undefined): string[] {
  if (difference === undefined) return [];
  if (difference.kind === "new") return ["  new      the stack did not exist before"];
  if (difference.kind === "unreadable before") {
    const problems = difference.problems.map((problem) => `           ${formatProblem(problem)}`);
    return ["  unknown  the file before cannot be read by this version:", ...problems];
  }
  const { renamedFrom } = difference;
  const renamed =
    renamedFrom === undefined ? [] : [`  renamed  the gateway was stack ${renamedFrom}'s`];
  if (difference.changes.length === 0) return [...renamed, "  no setting changes"];
  return [...renamed, "", ...difference.changes.map((change) => `  ${describeChange(change)}`)];
}

/** `less private: logs.collect metadata → full`, `neutral, breaks callers: worker.domain …` */
function describeChange(change: Change): string {
  const reasons = reasonsOf(change);
  const reason = reasons === "" ? "" : ` (${reasons})`;
  return `${marksOf(change)}: ${change.path} ${change.from} → ${change.to}${reason}`;
}

function marksOf({ effect, ends }: Change): string {
  return ends === undefined ? effect : `${effect}, breaks callers`;
}

function reasonsOf({ because, ends }: Change): string {
  return [because, ends].filter((reason) => reason !== undefined).join("; ");
}

export function reviewMarkdown(review: StackReview): string {
  const title = `## Stack ${escapeMarkdown(review.stack)}`;
  if (review.kind === "removed") return [title, "", `Its file is gone: ${REMOVED}.`].join("\n");
  if (review.kind === "project") {
    const problems = review.problems.map((problem) => item("error", formatProblem(problem)));
    return [`## ${PROJECT}`, "", ...problems].join("\n");
  }
  const note = describeEnvironments(review).flatMap((text) => [
    "",
    `Note: ${escapeMarkdown(text)}.`,
  ]);
  if (review.kind === "unreadable") {
    const problems = review.problems.map((problem) => item("error", formatProblem(problem)));
    return [title, "", ...problems, ...note].join("\n");
  }
  const unproved = describeUnproved(review.statement).flatMap((text) => ["", `**${text}.**`]);
  if (isUnchanged(review)) {
    return [
      title,
      ...unproved,
      "",
      `${escapeMarkdown(capital(describeUnchanged(review)))}.`,
      ...note,
    ].join("\n");
  }
  const findings = review.findings.map((finding) =>
    item(finding.severity, formatProblem(describeFinding(finding))),
  );
  return [
    title,
    ...unproved,
    ...differenceMarkdown(review.difference),
    "",
    ...(findings.length === 0 ? [`No finding: ${describeKept(review)}.`] : findings),
    ...waiversInForce(review).map((waiver) => item("excused", describeWaiver(waiver))),
    ...note,
    "",
    "<details><summary>What it does with prompts and logs</summary>",
    "",
    toTable(review.statement),
    "",
    `Fingerprint \`${review.statement.fingerprint}\``,
    "",
    "</details>",
  ].join("\n");
}

function differenceMarkdown(difference: Difference | undefined): string[] {
  if (difference === undefined) return [];
  if (difference.kind === "new") return ["", "The stack is new."];
  if (difference.kind === "unreadable before") {
    const problems = difference.problems.map((problem) => item("before", formatProblem(problem)));
    return ["", "The file before cannot be read by this version:", "", ...problems];
  }
  const { renamedFrom } = difference;
  const renamed =
    renamedFrom === undefined
      ? []
      : [
          "",
          `The gateway was stack ${escapeMarkdown(renamedFrom)}'s: the stack has another name now.`,
        ];
  if (difference.changes.length === 0) return [...renamed, "", "No setting changes."];
  return [
    ...renamed,
    "",
    "| effect | setting | from | to | |",
    "| --- | --- | --- | --- | --- |",
    ...difference.changes.map((change) => {
      const { path, from, to } = change;
      const cells = [marksOf(change), path, from, to, reasonsOf(change)].map(escapeMarkdown);
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function uncapital(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function item(label: string, text: string): string {
  return `- **${label}** ${escapeMarkdown(text)}`;
}
