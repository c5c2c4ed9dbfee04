/** What a request's own words do to its log. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { answered, notAnswered } from "./answer.ts";
import { setCollect } from "./control-plane.ts";
import { call, findLog, settle, type DataPlane } from "./data-plane.ts";
import type { Scratch } from "./scratch.ts";

/** First on a gateway that collects nothing, then on one that collects all: without the second, silence proves nothing. */
export async function askHeaders(
  scratch: Scratch,
  plane: DataPlane,
): Promise<readonly EvidenceAnswer[]> {
  await setCollect(scratch, false);
  const statuses = [await call(scratch, plane, {}), await call(scratch, plane, HEADERS)];
  const asked = await settle(scratch, plane, 1);
  await setCollect(scratch, true);
  for (let calls = 0; calls < 3; calls += 1) statuses.push(await call(scratch, plane, {}));
  const all = await settle(scratch, plane, asked.length + 3);
  const refused = statuses.find((status) => status !== 200);
  if (refused !== undefined) {
    const reason = `a call was answered with ${refused}`;
    return [notAnswered("log-header", reason), notAnswered("payload-header", reason)];
  }
  const later = all.filter((id) => !asked.includes(id));
  return [judgeLogs(asked, later), await judgeBodies(scratch, asked, later)];
}

const HEADERS = { "cf-aig-collect-log": "true", "cf-aig-collect-log-payload": "false" };

type Ids = readonly string[];

function judgeLogs(asked: Ids, later: Ids): EvidenceAnswer {
  // A late log among those of the later calls, or later ones that are late themselves.
  if (asked.length === 0 && later.length !== 3) {
    const reason = `no log came in time, and of three later calls came ${later.length}; try a longer --wait`;
    return notAnswered("log-header", reason);
  }
  const seen = `${asked.length} of 2 HTTP calls left a log, of which one asked for it`;
  return answered("log-header", asked.length === 1 ? "kept" : "broken", seen);
}

async function judgeBodies(scratch: Scratch, asked: Ids, later: Ids): Promise<EvidenceAnswer> {
  const question = "payload-header";
  const [id] = asked;
  if (id === undefined || asked.length > 1) {
    return notAnswered(question, `${asked.length} logs are there where one was asked for`);
  }
  const ordinary = await Promise.all(later.map((other) => countBodies(scratch, other)));
  const bodies = await countBodies(scratch, id);
  const seen = `the log of an HTTP call with the header has ${bodies} parts of bodies, one of a call without it ${Math.max(0, ...ordinary)}`;
  if (bodies > 0) return answered(question, "broken", seen);
  if (!ordinary.some((count) => count > 0)) return notAnswered(question, seen);
  return answered(question, "kept", seen);
}

async function countBodies(scratch: Scratch, id: string): Promise<number> {
  return (await findLog(scratch, id))?.bodies.length ?? 0;
}
