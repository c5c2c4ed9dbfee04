/** What a change of models means for prompts: who reads them, and what else becomes of them. */
import type { Judge, Judgement, Value } from "../gateway/effects.ts";
import { isWorkersAi } from "../platform.ts";
import { REACHES, type ReachName } from "../settings/reaches.ts";

/** Judges another model behind a name: whoever asks for the name sends its prompts elsewhere. */
export const movesName: Judge = (from, to) => {
  const [before, after] = [from, to].map((id) =>
    id === undefined ? undefined : readerOf(`${id}`),
  );
  if (before === undefined || after === undefined || before === after) return { effect: "neutral" };
  return {
    effect: after === CLOUDFLARE ? "more private" : "less private",
    because: `prompts to that name go to ${after}, and no more to ${before}`,
  };
};

const CLOUDFLARE = "Cloudflare alone";

/** Names who reads the prompts to a model. */
function readerOf(model: string): string {
  return isWorkersAi(model) ? CLOUDFLARE : model.replace(/\/.*/, "");
}

/** Judges a reach that comes or goes; its name is the last part of its path. */
export function allowsReach(_: Value, to: Value, { path }: { readonly path: string }): Judgement {
  const reach = path.replace("worker.allow.", "");
  const does = isReach(reach) ? REACHES[reach].does : "";
  return to === undefined
    ? { effect: "more private", because: "what is kept there stays" }
    : { effect: "less private", because: does };
}

function isReach(name: string): name is ReachName {
  return Object.hasOwn(REACHES, name);
}
