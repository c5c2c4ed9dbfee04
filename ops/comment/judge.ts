/** Whether a comment's check fails: a gateway is lost and nobody waived that, or nobody knows. */
import { GATEWAY_REPLACED } from "../../policy/rules/preview.ts";
import type { Preview } from "./preview-file.ts";
import type { StackReview, Waiver } from "./review-file.ts";

/** A preview; or none, because none was due or although one was. */
export type PreviewState =
  | { readonly kind: "read"; readonly preview: Preview }
  | { readonly kind: "not due" }
  | { readonly kind: "missing" };

export interface Judged {
  readonly review: StackReview;
  readonly preview: PreviewState;
  /** `2026-11-23`, UTC */
  readonly today: string;
}

export function refuses({ review, preview, today }: Judged): boolean {
  // Nothing previews a stack without a file.
  if (preview.kind === "missing") return review.kind !== "removed";
  if (preview.kind === "not due" || preview.preview.lostGateways.length === 0) return false;
  return findWaiver(review, today) === undefined;
}

/** The stack file's waiver of the rule that a gateway is kept, up to its last day. */
export function findWaiver(review: StackReview, today: string): Waiver | undefined {
  if (review.kind !== "reviewed") return undefined;
  return review.statement.waivers.find(
    ({ rule, until }) => rule === GATEWAY_REPLACED.id && until >= today,
  );
}
