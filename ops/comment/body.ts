/** The Markdown of one stack's comment. */
import { codeLines } from "../../policy/review/code.ts";
import { inCode } from "../../policy/harmless.ts";
import { GATEWAY_REPLACED } from "../../policy/rules/preview.ts";
import { findWaiver, type Judged } from "./judge.ts";
import { otherLines, policyLines, projectLines } from "./policy-lines.ts";
import { KINDS, type Preview } from "./preview-file.ts";
import type { Parts } from "./review-file.ts";

export interface Comment extends Judged {
  /** The whole review, for what it says about no stack alone. */
  readonly parts: Parts;
  /** Where the review and the preview stand in full, and of which commit they are. */
  readonly source: { readonly run: URL; readonly commit: string };
}

/** The first line is a mark by which the next comment about the stack finds this one. */
export function commentBody(comment: Comment): string {
  const { review, parts, source } = comment;
  const code = parts.find((part) => part.kind === "code");
  const sections = [
    [`<!-- ai-gateway policy of stack ${review.stack} -->`, `## Stack ${inCode(review.stack)}`],
    code === undefined ? [] : [codeLines(code)],
    projectLines(parts),
    policyLines(review),
    otherLines(parts),
    previewLines(comment),
    [`Of commit ${source.commit}. [The review and the preview in full](${source.run.href})`],
  ];
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}

function previewLines(comment: Comment): readonly string[] {
  const { review, preview } = comment;
  if (preview.kind === "read") {
    return [describeCounts(preview.preview), ...gatewayLines(comment, preview.preview)];
  }
  if (review.kind === "removed") return [];
  if (preview.kind === "not due") {
    return ["**No preview:** previews are off, or a check before them failed."];
  }
  const unknown =
    "No preview of this stack arrived, so what would happen to its gateway is unknown.";
  return ["> [!CAUTION]", `> ${unknown}`];
}

function describeCounts({ counts, others }: Preview): string {
  const amounts = KINDS.map((kind) => `${counts[kind]} to ${kind}`).join(", ");
  const rest = others.length === 0 ? "" : `; also ${others.slice(0, 5).map(inCode).join(", ")}`;
  return `**Preview:** ${amounts}${rest}.`;
}

function gatewayLines(comment: Comment, { lostGateways }: Preview): readonly string[] {
  const { id, remedy } = GATEWAY_REPLACED;
  const waiver = findWaiver(comment.review, comment.today);
  if (lostGateways.length === 0) {
    const unused = `A waiver of ${id} excuses nothing here: once the gateway is replaced, remove it.`;
    return waiver === undefined ? [] : ["", unused];
  }
  const losses = lostGateways.map(({ name, op }) => `> - ${inCode(op)} of gateway ${inCode(name)}`);
  const verdict =
    waiver === undefined
      ? `Refused: ${remedy} [${id}].`
      : `Excused by the waiver of ${id} until ${waiver.until}: ${inCode(waiver.reason)}.`;
  const kind = waiver === undefined ? "CAUTION" : "WARNING";
  return [
    "",
    `> [!${kind}]`,
    ...losses.slice(0, 5),
    ">",
    `> With it go its logs, most likely, and they exist nowhere else. ${verdict}`,
  ];
}
