import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import { expect, onTestFinished, test, vi } from "vitest";

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
  traceId: undefined,
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
  const file = join(await makeFolder(), "logs.sqlite");
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

test("a log is in the file a moment later, though nobody asks for it", async () => {
  const file = join(await makeFolder(), "logs.sqlite");
  const store = new LogStore(file);
  const other = new LogStore(file);
  store.insert(LOG, undefined, CAP);

  await expect.poll(() => other.list(10)).toMatchObject([{ id: "log-1" }]);

  store.close();
  other.close();
});

test("a log that is kept just before the end is in the file", async () => {
  const file = join(await makeFolder(), "logs.sqlite");
  const store = new LogStore(file);
  store.insert(LOG, undefined, CAP);
  store.close();

  const again = new LogStore(file);

  expect(again.countOf({ gateway: "app", filters: [] })).toBe(1);
  again.close();
});

test("logs that cannot be written are told, and not counted", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const file = join(await makeFolder(), "logs.sqlite");
  const store = new LogStore(file);
  const database = new DatabaseSync(file);
  database.exec("DROP TABLE bodies");
  database.close();

  store.insert(LOG, undefined, CAP);
  store.insert({ ...LOG, id: "log-2" }, { request: "{}", response: "{}" }, CAP);
  const count = store.count();

  expect([count, store.countOf({ gateway: "app", filters: [] })]).toEqual([0, 0]);
  expect(print.mock.calls).toEqual([
    [expect.stringMatching(/^2 logs could not be kept: Error: no such table: bodies\n {4}at /)],
  ]);
  store.close();
});

// What SQLite does on a full disk: it rolls back by itself, and a second time is an error of its own.
test("logs that SQLite itself takes back are told with its reason", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const file = join(await makeFolder(), "logs.sqlite");
  const store = new LogStore(file);
  const database = new DatabaseSync(file);
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON logs BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END",
  );
  database.close();

  store.insert(LOG, undefined, CAP);

  expect(store.count()).toBe(0);
  expect(print.mock.calls).toEqual([
    [expect.stringMatching(/^1 log could not be kept: Error: disk is full\n {4}at /)],
  ]);
  store.close();
});

test.each([
  ["all of them", undefined],
  ["the first 10", 10],
])(
  "a deletion of %s lets others in while it looks, even where it finds nothing",
  async (_, limit) => {
    const store = new LogStore(":memory:");
    const cap = { maxEntries: 10_000, whenFull: "DELETE_OLDEST" } as const;
    for (let n = 0; n < 2600; n++) store.insert({ ...LOG, id: `log-${n}` }, undefined, cap);
    const filters = [{ key: "event_id", operator: "eq", values: ["nobody's"] }] as const;

    const deletion = store.delete({ gateway: "app", filters }, limit);
    const first = await Promise.race([
      deletion.then(() => "the deletion"),
      threeTurns().then(() => "others"),
    ]);
    await deletion;

    expect(first).toBe("others");
    expect(store.count()).toBe(2600);
  },
);

test.each([
  ["created_at", "asc", "every third, oldest first", [3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36]],
  [
    "created_at",
    "desc",
    "every third, newest first",
    [99, 96, 93, 90, 87, 84, 81, 78, 75, 72, 69, 66],
  ],
  ["cost", "asc", "the cheapest", [99, 96, 93, 90, 87, 84, 81, 78, 75, 72, 69, 66]],
] as const)(
  "a deletion with a limit takes the first by %s, %s: %s",
  async (orderBy, direction, _, gone) => {
    const store = new LogStore(":memory:");
    const cap = { maxEntries: 10_000, whenFull: "DELETE_OLDEST" } as const;
    for (let n = 1; n <= 100; n++) {
      const model = n % 3 === 0 ? "@cf/a/third" : "@cf/a/b";
      // Seven in one millisecond.
      const log = { ...LOG, id: String(n), model, createdAt: Math.floor(n / 7), cost: 1 / n };
      store.insert(log, undefined, cap);
    }
    const filters = [{ key: "model", operator: "eq", values: ["@cf/a/third"] }] as const;

    await store.delete({ gateway: "app", filters, orderBy, direction }, 12);

    const left = new Set(store.list(100).map(({ id }) => Number(id)));
    expect(gone.filter((n) => left.has(n))).toEqual([]);
    expect(left.size).toBe(88);
    expect(store.countOf({ gateway: "app", filters: [] })).toBe(88);
  },
);

test("a deletion spares what came after it began", async () => {
  const store = new LogStore(":memory:");
  const cap = { maxEntries: 10_000, whenFull: "DELETE_OLDEST" } as const;
  for (let n = 0; n < 100; n++) store.insert({ ...LOG, id: `log-${n}` }, undefined, cap);
  const deletion = store.delete({ gateway: "app", filters: [] });
  store.insert({ ...LOG, id: "late" }, undefined, cap);
  // Who asks has it written before the deletion goes on.
  const asked = store.find("late");

  await deletion;

  expect(asked).toBeDefined();
  expect(store.list(10).map(({ id }) => id)).toEqual(["late"]);
});

test("a file of an earlier version gets the columns that it lacks", async () => {
  const path = join(await makeFolder(), "logs.sqlite");
  new LogStore(path).close();
  const file = new DatabaseSync(path);
  for (const name of ["feedback", "score", "trace_id"]) {
    file.exec(`ALTER TABLE logs DROP COLUMN ${name}`);
  }
  file.close();
  const store = new LogStore(path);

  store.insert({ ...LOG, traceId: "t" }, undefined, CAP);

  expect(found(store).log).toMatchObject({ traceId: "t", score: undefined });
  store.close();
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Of the event loop. */
async function threeTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

function found(store: LogStore): FoundLog {
  const log = store.find("log-1");
  if (log === undefined) throw new Error("the log is gone");
  return log;
}
