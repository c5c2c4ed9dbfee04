/** Probes what a request's headers do to its log. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { answered, notAnswered } from "./answer.ts";
import { setCollect } from "./control-plane.ts";
import { findLog, send, settle, type DataPlane } from "./data-plane.ts";
import type { Scratch } from "./scratch.ts";

/** Calls a gateway that collects nothing, then one that collects all: a log may be late. */
export async function probeHeaders(
  scratch: Scratch,
  plane: DataPlane,
): Promise<readonly EvidenceAnswer[]> {
  await setCollect(scratch, false);
  const replies = [await send(scratch, plane, UNLOGGED), await send(scratch, plane, HEADERS)];
  const early = await settle(scratch, plane, 1);
  await setCollect(scratch, true);
  for (let calls = 0; calls < 3; calls += 1) replies.push(await send(scratch, plane, {}));
  const all = await settle(scratch, plane, early.length + 3);
  const refused = replies.find(({ status }) => status !== 200);
  if (refused !== undefined) {
    const reason = `a call was answered with ${refused.status}`;
    return [notAnswered("log-header", reason), notAnswered("payload-header", reason)];
  }
  const later = all.filter((id) => !early.includes(id));
  return [judgeLogs(early, later), await judgeBodies(scratch, early, later)];
}

/** What analytics keep of the call that leaves no log. */
export const MARK = "without-a-log";
const UNLOGGED = { "cf-aig-metadata": JSON.stringify({ probe: MARK }) };
const HEADERS = { "cf-aig-collect-log": "true", "cf-aig-collect-log-payload": "false" };

type Ids = readonly string[];

function judgeLogs(early: Ids, later: Ids): EvidenceAnswer {
  // One log may be late and appear among the later ones, or later ones may be late themselves.
  if (early.length === 0 && later.length !== 3) {
    const reason = `no log came in time, and of three later calls came ${later.length}; try a longer --wait`;
    return notAnswered("log-header", reason);
  }
  const seen = `${early.length} of 2 HTTP calls left a log, of which one requested it`;
  return answered("log-header", early.length === 1 ? "kept" : "broken", seen);
}

async function judgeBodies(scratch: Scratch, early: Ids, later: Ids): Promise<EvidenceAnswer> {
  const question = "payload-header";
  const [id] = early;
  if (id === undefined || early.length > 1) {
    return notAnswered(question, `${early.length} logs are there where one was requested`);
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
