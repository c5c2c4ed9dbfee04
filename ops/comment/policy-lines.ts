/** What a review says of one stack, as Markdown in which every foreign text is code. */
import { inCode } from "../../policy/harmless.ts";
import { REMOVED } from "../../policy/review/render.ts";
import { formatProblem, type Problem } from "../../policy/settings/problems.ts";
import type { Parts, StackReview } from "./review-file.ts";

// GitHub takes a comment of 65,536 characters at most, and a line has a few hundred.
const MAX_LINES = 20;

type Reviewed = Extract<StackReview, { readonly kind: "reviewed" }>;
type Difference = Reviewed["difference"];

export function policyLines(review: StackReview): readonly string[] {
  if (review.kind === "removed") {
    return [`**Its file is gone:** ${REMOVED}.`];
  }
  const { environments } = review;
  const environment =
    environments.length === 0 ? [] : ["", `${ELSEWHERE}: ${inCode(environments.join(", "))}.`];
  if (review.kind === "unreadable") {
    return ["**It cannot be deployed:**", "", ...problemLines(review.problems), ...environment];
  }
  const { gatewayId, tier, fingerprint, waivers } = review.statement;
  const findings = [
    ...review.findings.map((each) => `- **${each.severity}** ${inCode(formatProblem(each))}`),
    ...waivers.map(
      ({ rule, until, reason }) =>
        `- **excused** from ${inCode(rule)} until ${until} because ${inCode(reason)}`,
    ),
  ];
  return [
    ...differenceLines(review.difference),
    ...(findings.length === 0 ? [] : ["", ...bound(findings)]),
    ...environment,
    "",
    `Gateway ${inCode(gatewayId)}, ${inCode(tier)}, fingerprint ${inCode(fingerprint)}.`,
  ];
}

/** What could make Pulumi take other settings than the reviewed files' concerns every stack. */
export function projectLines(parts: Parts): readonly string[] {
  const problems = parts.flatMap((part) => (part.kind === "project" ? part.problems : []));
  return problems.length === 0
    ? []
    : [
        "**Pulumi may take settings from elsewhere than the reviewed stack files:**",
        "",
        ...problemLines(problems),
      ];
}

/** A part of the review that this version cannot show must not look like none. */
export function otherLines(parts: Parts): readonly string[] {
  return parts.some(({ kind }) => kind === "other")
    ? ["**The review has a part that this comment cannot show.**"]
    : [];
}

const ELSEWHERE =
  "The file names an environment, whose variables are unknown here, and a setting from which stops the deploy";

function differenceLines(difference: Difference): readonly string[] {
  if (difference === undefined) return ["**There is no state before to compare with.**"];
  if (difference.kind === "new") return ["**The stack is new.**"];
  if (difference.kind === "unreadable before") {
    const problems = problemLines(difference.problems);
    return ["**The file before cannot be read by this version:**", "", ...problems];
  }
  const { renamedFrom } = difference;
  const renamed =
    renamedFrom === undefined ? [] : [`The gateway was stack ${inCode(renamedFrom)}'s.`, ""];
  if (difference.changes.length === 0) return [...renamed, "**No setting changes.**"];
  const changes = difference.changes.map(({ path, from, to, effect, because, ends }) => {
    const reasons = [because, ends].filter((reason) => reason !== undefined).map(inCode);
    const reason = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
    const mark = ends === undefined ? effect : `${effect}, breaks callers`;
    return `- **${mark}** ${inCode(path)} ${inCode(from)} → ${inCode(to)}${reason}`;
  });
  return [...renamed, "**The policy changes:**", "", ...bound(changes)];
}

function problemLines(problems: readonly Problem[]): readonly string[] {
  return bound(problems.map((problem) => `- **error** ${inCode(formatProblem(problem))}`));
}

function bound(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `- … and ${lines.length - MAX_LINES} more in the review`];
}
