import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, onTestFinished, test } from "vitest";

import { LogStore, type Log } from "../../local/logs/store.ts";

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

  const seen = [feedback()];
  for (const word of [1, -1, undefined] as const) {
    store.mark("log-1", word);
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
  database.close();

  const store = new LogStore(file);
  store.mark("log-1", 1);

  expect(store.find("log-1")?.log.feedback).toBe(1);
  store.close();
});
