import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { Objects } from "../../local/logpush/objects.ts";

const BODY = Buffer.from("copy");

test("an object and its folders are for this user alone", async () => {
  const { folder, objects } = await makeObjects();

  await objects.put("copies", "20261123/a.log.gz", BODY);

  expect((await stat(join(folder, "r2/copies/20261123"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "r2/copies/20261123/a.log.gz"))).mode & 0o777).toBe(0o600);
});

test.each(["../other/a", "a/../../other/a", ".."])("the key %s writes nothing", async (key) => {
  const { folder, objects } = await makeObjects();

  await expect(objects.put("copies", key, BODY)).rejects.toThrow(
    `object "${key}" is outside of bucket copies`,
  );
  expect(await readdir(folder)).toEqual([]);
});

// Two batches may be written at a time, and each ends with a deletion.
test("objects that go while they are listed are not in the list", async () => {
  const { objects } = await makeObjects();
  const keys = Array.from({ length: 200 }, (_, index) => String(index));
  await Promise.all(keys.map((key) => objects.put("copies", key, BODY)));

  const end = new AbortController();
  const gone = objects.deleteBefore("copies", Infinity).finally(() => end.abort());
  while (!end.signal.aborted) await objects.list("copies");
  await gone;

  expect(await objects.list("copies")).toEqual([]);
});

async function makeObjects() {
  const folder = await mkdtemp(join(tmpdir(), "objects-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { folder, objects: new Objects(join(folder, "r2")) };
}
