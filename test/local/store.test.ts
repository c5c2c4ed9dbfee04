import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import { expect, onTestFinished, test } from "vitest";

import type { Feedback, FoundLog, Log } from "../../local/logs/log.ts";
import { LogStore } from "../../local/logs/store.ts";

const CAP = { maxEntries: 10, whenFull: "DELETE_OLDEST" } as const;
const LOG: Log = {
  id: "log-1",
  createdAt: 0,
  gateway: "app",
  provider: "workers-ai",
  model: "@cf/a/b",
  status: 200,
  durationMs: 1,
  tokensIn: undefined,
  tokensOut: undefined,
  cost: undefined,
  cached: false,
  eventId: "e1",
  metadata: {},
};

test("feedback is kept, changed and taken back", () => {
  const store = new LogStore(":memory:");
  store.insert(LOG, undefined, CAP);
  const feedback = () => store.find("log-1")?.log.feedback;
  const mark = (word: Feedback) => store.change(found(store), { feedback: word });

  const seen = [feedback()];
  for (const word of [1, -1, undefined] as const) {
    mark(word);
    seen.push(feedback());
  }

  expect(seen).toEqual([undefined, 1, -1, undefined]);
});

test("a file of before feedback was kept goes on, with its logs", async () => {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "logs.sqlite");
  const old = new LogStore(file);
  old.insert(LOG, undefined, CAP);
  old.close();
  const database = new DatabaseSync(file);
  database.exec("ALTER TABLE logs DROP COLUMN feedback");
  database.exec("ALTER TABLE logs DROP COLUMN score");
  database.exec("DROP INDEX logs_by_model");
  database.close();

  const store = new LogStore(file);
  store.change(found(store), { feedback: 1, score: 5 });

  expect(found(store).log).toMatchObject({ feedback: 1, score: 5 });
  store.close();
});

test("a deletion lets others in while it looks, even where it finds nothing", async () => {
  const store = new LogStore(":memory:");
  const cap = { maxEntries: 10_000, whenFull: "DELETE_OLDEST" } as const;
  for (let n = 0; n < 2600; n++) store.insert({ ...LOG, id: `log-${n}` }, undefined, cap);
  const filters = [{ key: "event_id", operator: "eq", values: ["nobody's"] }] as const;

  const deletion = store.delete({ gateway: "app", filters });
  const first = await Promise.race([
    deletion.then(() => "the deletion"),
    threeTurns().then(() => "others"),
  ]);
  await deletion;

  expect(first).toBe("others");
  expect(store.count()).toBe(2600);
});

test("a deletion spares what came after it began", async () => {
  const store = new LogStore(":memory:");
  store.insert(LOG, undefined, CAP);
  const deletion = store.delete({ gateway: "app", filters: [] });
  store.insert({ ...LOG, id: "log-2" }, undefined, CAP);

  await deletion;

  expect(store.list(10).map(({ id }) => id)).toEqual(["log-2"]);
});

/** Of the event loop. */
async function threeTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

function found(store: LogStore): FoundLog {
  const log = store.find("log-1");
  if (log === undefined) throw new Error("the log is gone");
  return log;
}
