/** An erasure loses no log of anybody else, whatever the API makes of its filters. */
import { expect, test } from "vitest";
import { z } from "zod";

import { eraseLogs, findCallersLogs } from "../../ops/erase/erasure.ts";
import { scriptedAccount, type Answer, type ApiCall } from "../support/scripted-account.ts";

const NOON = Date.UTC(2026, 10, 22, 12);

const ERASURE = { callers: ["web"], until: new Date(NOON + 1000) };

test("the newest goes alone, then batches by id, each listed before it is deleted", async () => {
  const scene = scriptLogs(60);

  const left = await eraseAll(scene);

  expect(left).toEqual([]);
  expect(scene.deletions.map(({ ids, limit }) => [ids.length, limit])).toEqual([
    [1, "1"],
    [50, "50"],
    [10, "10"],
  ]);
  expect(scene.deletions[0]?.ids).toEqual(["log-59"]);
  expect(scene.logs.map(({ id }) => id)).toEqual(["of-batch"]);
});

test("an index that follows late is waited for, a little longer each time", async () => {
  const scene = scriptLogs(3, { lag: 4 });

  const left = await eraseAll(scene);

  expect(left).toEqual([]);
  expect(scene.waits.slice(0, 4)).toEqual([0, 1000, 2000, 4000]);
});

test("an API that does not heed a filter by id loses no log", async () => {
  const scene = scriptLogs(2, { ignoresFilters: "GET" });

  await expect(eraseAll(scene)).rejects.toThrow("does not heed a filter by id");

  expect(scene.deletions).toEqual([]);
});

test("an API that heeds neither page nor filter loses no log, and none is reported as erased", async () => {
  const scene = scriptLogs(8, { perPage: 4, ignoresPage: true });

  await expect(eraseAll(scene)).rejects.toThrow("the Logs API heeds neither a page nor a filter");

  expect(scene.deletions).toEqual([]);
  expect(scene.logs).toHaveLength(9);
});

test("an API that heeds filters and no page is erased page by page", async () => {
  const scene = scriptLogs(8, { perPage: 4, ignoresPage: true, filtersCallers: true });

  const left = await eraseAll(scene);

  expect(left).toEqual([]);
  expect(scene.logs.map(({ id }) => id)).toEqual(["of-batch"]);
});

test("an API that heeds pages and no caller is read to its end", async () => {
  const scene = scriptLogs(8, { perPage: 4 });

  const left = await eraseAll(scene);

  expect(left).toEqual([]);
  expect(scene.logs.map(({ id }) => id)).toEqual(["of-batch"]);
});

test("an API whose lists by id are empty loses no log", async () => {
  const scene = scriptLogs(8, { hidesIds: true, ignoresFilters: "DELETE" });

  await expect(eraseAll(scene)).rejects.toThrow("it did not list a log that it has");

  expect(scene.deletions).toEqual([]);
});

test("a deletion that does not heed its filter takes one log, and is seen", async () => {
  const scene = scriptLogs(3, { ignoresFilters: "DELETE" });

  await expect(eraseAll(scene)).rejects.toThrow(
    "the API accepted the deletion of log log-2, and a minute later it is still there",
  );

  expect(scene.deletions).toHaveLength(1);
  expect(scene.logs).toHaveLength(3);
});

test("what cannot be deleted is told as left, and asked for a bounded number of times", async () => {
  const scene = scriptLogs(3, { keeps: "log-0" });

  const left = await eraseAll(scene);

  expect(left.map(({ id }) => id)).toEqual(["log-0"]);
  expect(scene.waits).toEqual([0, 1000, 1000, 2000, 4000, 8000, 16_000, 32_000]);
});

interface Faults {
  /** How many further lists a deleted log still stands in. */
  readonly lag?: number;
  readonly ignoresFilters?: "GET" | "DELETE";
  /** The id of a log that no deletion takes. */
  readonly keeps?: string;
  readonly perPage?: number;
  readonly ignoresPage?: boolean;
  readonly filtersCallers?: boolean;
  /** Whether a list by id is always empty. */
  readonly hidesIds?: boolean;
}

interface Row {
  readonly id: string;
  readonly caller: string;
  listsToGo: number;
}

/** Logs of `web`, and between them one of another caller that is the oldest, behind an API with faults. */
function scriptLogs(count: number, faults: Faults = {}) {
  const { lag = 0, ignoresFilters, keeps, perPage = 100 } = faults;
  const of = (id: string, caller: string): Row => ({ id, caller, listsToGo: Infinity });
  const scene = {
    logs: [of("of-batch", "batch")],
    deletions: [] as { ids: string[]; limit: string | null }[],
    waits: [] as number[],
    account: scriptedAccount(answer, "dev"),
  };
  for (let n = 0; n < count; n++) scene.logs.push(of(`log-${n}`, "web"));

  function answer({ method, query }: ApiCall): Answer {
    const isById =
      query.get("filters")?.includes('"key":"id"') === true && ignoresFilters !== method;
    const ids = isById ? idsOf(query) : [];
    const chosen = scene.logs.filter(({ id }) => !isById || ids.includes(id));
    if (method === "DELETE") {
      scene.deletions.push({ ids, limit: query.get("limit") });
      for (const row of chosen.slice(0, Number(query.get("limit")))) {
        if (row.id !== keeps) row.listsToGo = Math.min(row.listsToGo, lag);
      }
    }
    scene.logs = scene.logs.filter(({ listsToGo }) => listsToGo > 0);
    if (method === "DELETE") return { result: null };
    if (isById && faults.hidesIds === true) return { result: [] };
    const page = faults.ignoresPage === true ? 1 : Number(query.get("page"));
    if (page === 1) for (const row of scene.logs) row.listsToGo -= 1;
    const isOther = ({ caller }: Row) => faults.filtersCallers === true && caller !== "web";
    const listed = chosen.filter((row) => scene.logs.includes(row) && !isOther(row));
    return { result: listed.slice((page - 1) * perPage, page * perPage).map(toRaw) };
  }
  return scene;
}

function idsOf(query: URLSearchParams): string[] {
  const [filter] = z
    .array(z.object({ value: z.array(z.string()) }))
    .parse(JSON.parse(query.get("filters") ?? ""));
  return filter?.value ?? [];
}

async function eraseAll({ account, waits }: ReturnType<typeof scriptLogs>) {
  const onProgress = () => {};
  const wait = async (ms: number) => {
    waits.push(ms);
  };
  const found = await findCallersLogs(account, ERASURE, onProgress);
  return eraseLogs(account, ERASURE, { found, onProgress, wait });
}

function toRaw({ id, caller }: Row) {
  const created_at = new Date(NOON).toISOString();
  const metadata = JSON.stringify({ caller, route: "web" });
  return { id, created_at, success: true, cached: false, metadata };
}
