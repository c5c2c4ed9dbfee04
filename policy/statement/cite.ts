/** Puts what was seen on an account in the place of what is not proved. */
import { isOfCloudflare, type Evidence } from "../evidence/evidence.ts";
import { QUESTIONS, type Question, type QuestionId } from "../evidence/questions.ts";
import type { LogSystem } from "../settings/settings.ts";
import type { Fact, OpenPoint, SeenPoint } from "./fact.ts";

/** By the newest answer to each question, of accounts with this log system. */
export function citeEvidence(
  facts: readonly Fact[],
  evidence: readonly Evidence[],
  system: LogSystem,
): readonly Fact[] {
  const sightings = sightingsByPoint(evidence, system);
  if (sightings.size === 0) return facts;
  return facts.map(({ notProved = [], ...fact }) => {
    const open = notProved.filter(({ point }) => !sightings.has(point));
    const seen = notProved.flatMap((about) => join(about, sightings.get(about.point)));
    return {
      ...fact,
      ...(open.length > 0 && { notProved: open }),
      ...(seen.length > 0 && { seen }),
    };
  });
}

/** Returns the weightiest sighting of a point, of accounts with this log system. */
export function seenOf(
  point: number,
  evidence: readonly Evidence[],
  system: LogSystem,
): Pick<SeenPoint, "verdict" | "date" | "file"> | undefined {
  return sightingsByPoint(evidence, system).get(point);
}

type Sighting = Omit<SeenPoint, "text"> & { readonly question: QuestionId; readonly at: number };

/**
 * Of several questions about a point, one that was seen to fail goes first, then the one that leaves nothing open. An
 * account on the other log system says nothing about this one, and the embedded one nothing at all.
 */
function sightingsByPoint(
  evidence: readonly Evidence[],
  system: LogSystem,
): ReadonlyMap<number, Sighting> {
  const sightings = evidence
    .filter((run) => isOfCloudflare(run.asked) && run.asked.logSystem === system)
    .flatMap(toSightings)
    .toSorted((a, b) => a.at - b.at);
  const newest = new Map(sightings.map((sighting) => [sighting.question, sighting]));
  const weightiestLast = [...newest.values()].toSorted((a, b) => weight(a) - weight(b));
  return new Map(weightiestLast.map((sighting) => [sighting.point, sighting]));
}

function weight({ verdict, leaves }: Sighting): number {
  if (verdict === "broken") return 2;
  return leaves === undefined ? 1 : 0;
}

function toSightings({ file, answers }: Evidence): readonly Sighting[] {
  return answers.flatMap(({ question, at, verdict, seen }) => {
    if (verdict === "unknown") return [];
    const { point, leaves }: Question = QUESTIONS[question];
    const isPart = verdict === "kept" && leaves !== undefined;
    const date = at.slice(0, 10);
    const about = { question, point, verdict, date, seen, file };
    return [{ ...about, at: Date.parse(at), ...(isPart && { leaves }) }];
  });
}

function join(about: OpenPoint, sighting: Sighting | undefined): readonly SeenPoint[] {
  if (sighting === undefined) return [];
  const { question: _, at: __, ...seen } = sighting;
  return [{ ...about, ...seen }];
}
