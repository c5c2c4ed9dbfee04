/** Puts what was seen on an account in the place of what is not proved. */
import { isOfCloudflare, type Evidence } from "../evidence.ts";
import { QUESTIONS, type Question } from "../questions.ts";
import type { LogSystem } from "../settings.ts";
import type { Fact, OpenPoint, SeenPoint } from "../statement.ts";

/** By the newest answer to each question, of an account with this log system. */
export function citeEvidence(
  facts: readonly Fact[],
  evidence: readonly Evidence[],
  system: LogSystem,
): readonly Fact[] {
  const sightings = newestSightings(evidence, system);
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

type Sighting = Omit<SeenPoint, "text"> & { readonly at: number };

/** By point. An account on the other log system says nothing about this one, and the embedded one nothing at all. */
function newestSightings(
  evidence: readonly Evidence[],
  system: LogSystem,
): ReadonlyMap<number, Sighting> {
  const sightings = evidence
    .filter((run) => isOfCloudflare(run.asked) && run.asked.logSystem === system)
    .flatMap(toSightings)
    .toSorted((a, b) => a.at - b.at);
  return new Map(sightings.map((sighting) => [sighting.point, sighting]));
}

function toSightings({ file, answers }: Evidence): readonly Sighting[] {
  return answers.flatMap(({ question, at, verdict, seen }) => {
    if (verdict === "unknown") return [];
    const { point, leaves }: Question = QUESTIONS[question];
    const isPart = verdict === "kept" && leaves !== undefined;
    const date = at.slice(0, 10);
    return [{ point, verdict, date, seen, file, at: Date.parse(at), ...(isPart && { leaves }) }];
  });
}

function join(about: OpenPoint, sighting: Sighting | undefined): readonly SeenPoint[] {
  if (sighting === undefined) return [];
  const { at: _, ...seen } = sighting;
  return [{ ...about, ...seen }];
}
