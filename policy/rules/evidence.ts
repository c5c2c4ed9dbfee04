/** Defines the rules about what an account has shown. They hold where the evidence is at hand. */
import { isOfCloudflare, type Evidence } from "../evidence/evidence.ts";
import type { QuestionId } from "../evidence/questions.ts";
import { isByWorkerAlone } from "../gateway/collect.ts";
import { seenOf } from "../statement/cite.ts";
import type { Settings } from "../settings/settings.ts";
import { problemIf, problemsIn } from "../settings/problems.ts";
import { type Rule } from "./rule.ts";

type Model = Settings["worker"]["models"][number];

/** The question about streams, which is answered for each model. */
const STREAM_FORM: QuestionId = "stream-format";

/** The open point about the switch that keeps bodies out of a log. */
const BODIES_OFF = 1;

export const evidenceRules: readonly Rule[] = [
  {
    id: "bodies-off-unproved",
    requirement:
      "what keeps production from storing bodies must have been seen to work on an account",
    because:
      "the documentation has the Worker's switches, and nobody has seen them on an account like yours",
    source: "docs/what-is-stored.md",
    remedy:
      "run npm run probe on a stack of that account, and commit its evidence; npm run verify -- --evidence proves the rest",
    severity: { production: "warning" },
    breaches: ({ settings: { logs } }, { evidence }) => {
      if (!isByWorkerAlone(logs) || evidence === undefined) return [];
      const seen = seenOf(BODIES_OFF, evidence, logs.system);
      const state =
        seen === undefined
          ? "which no evidence of an account shows to work"
          : `which was seen to fail on ${seen.date} (${seen.file})`;
      return problemIf(seen?.verdict !== "kept", "logs.collect", `is ${logs.collect}, ${state}`);
    },
  },
  {
    id: "native-stream-unproved",
    requirement: "streams must not pass unread before a model's were seen to be clean",
    because:
      "nothing in them is mended, and clients raise errors at ids, counts or ends that are missing",
    source: "docs/decisions/streams.md",
    remedy:
      "run npm run probe on a stack that declares the model, and commit its evidence; where it is not clean, remove stream",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { worker } }, { evidence }) => {
      if (evidence === undefined) return [];
      return problemsIn("worker.models[].stream", worker.models, (model) => {
        const { id, stream } = model;
        const seen = seenStream(model, evidence);
        const state =
          seen === undefined
            ? "and no evidence shows its streams to be clean"
            : `and its stream was seen not to be clean on ${seen.at.slice(0, 10)} (${seen.file})`;
        return stream === "native" && seen?.verdict !== "kept" && `is native for ${id}, ${state}`;
      });
    },
  },
];

/** Returns the newest verdict on a model's stream in its format, on either log system. */
function seenStream({ id, speaks }: Model, evidence: readonly Evidence[]) {
  return evidence
    .filter(({ asked }) => isOfCloudflare(asked))
    .flatMap(({ file, answers }) =>
      answers.map(({ question, at, models }) => ({
        file,
        at,
        verdict:
          question === STREAM_FORM
            ? models?.find((each) => each.id === id && each.speaks === speaks)?.verdict
            : undefined,
      })),
    )
    .filter(({ verdict }) => verdict === "kept" || verdict === "broken")
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1);
}
