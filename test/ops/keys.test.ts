/** `npm run keys` makes a key pair. */
import { createPublicKey } from "node:crypto";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { readStackFile } from "../../policy/stack/stack-file.ts";
import { callOps, runOps } from "../support/ops-command.ts";
import { problemsOf, stackText, stackValues } from "../support/settings.ts";
import { makeStackFolder } from "../support/stack-folder.ts";
import { newFolder } from "../support/new-folder.ts";

test("keys makes a pair: lines that a stack file takes, and a file for its owner alone", async () => {
  const file = join(await newFolder(), "prod.pem");

  const { code, stdout } = await runOps("keys", ["--private", file]);

  expect(code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { values } = readStackFile(`config:\n${stdout.replace("NAME", "app-logs")}`);
  const logpush = values["logpush"] ?? "";
  expect(problemsOf({ ...stackValues("dev"), logpush })).toEqual([]);
  const { publicKey } = JSON.parse(logpush);
  const ownPublicKey = createPublicKey(await readFile(file, "utf8"));
  expect(createPublicKey(publicKey).equals(ownPublicKey)).toBe(true);
  expect(stdout).not.toContain("PRIVATE");
});

test("keys writes the setting below the others, wherever config ends, and changes nothing else", async () => {
  const before = `${stackText("dev")}encryptionsalt: v1:a:v1:b\n# the end\n`;
  const stack = await makeStackFolder(before);
  const words = ["--stack", "dev", "--bucket", "app-logs", "--private"];

  const done = await callOps("keys", [...words, join(stack.folder, "a.pem")], {}, stack.folder);
  const after = await stack.text();
  const again = await callOps("keys", [...words, join(stack.folder, "b.pem")], {}, stack.folder);

  expect(done).toMatchObject({ code: 0, stdout: "" });
  expect(done.stderr).toContain(
    "Pulumi.dev.yaml declares encrypted copies in bucket app-logs, for",
  );
  const publicKey = createPublicKey(await readFile(join(stack.folder, "a.pem"), "utf8"));
  const setting = JSON.parse(readStackFile(after).values["logpush"] ?? "");
  expect(setting).toMatchObject({ bucket: "app-logs", keepDays: 30 });
  expect(createPublicKey(setting.publicKey).equals(publicKey)).toBe(true);
  const [added = ""] = /^ {2}ai-gateway:logpush:\n(?: {4}.*\n)+/m.exec(after) ?? [];
  expect(after.replace(added, "")).toBe(before);
  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toContain("Pulumi.dev.yaml has ai-gateway:logpush already");
  expect(await readdir(stack.folder)).toEqual(["Pulumi.dev.yaml", "a.pem"]);
});

test.each([
  [["--bucket", "app-logs"], "--stack is missing; --bucket and --keep-days go into its file"],
  [["--stack", "dev"], "--bucket is missing; it is the R2 bucket of the copies"],
  [["--stack", "dev", "--bucket", "A"], '--bucket is "A"; allowed is 3 to 63 of a-z'],
  [["--stack", "dev", "--bucket", "abc", "--keep-days", "0"], '--keep-days is "0"; allowed is a'],
])("keys with %j makes no key", async (words, message) => {
  const { folder } = await makeStackFolder();

  const { code, stderr } = await callOps("keys", ["--private", "a.pem", ...words], {}, folder);

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(await readdir(folder)).toEqual(["Pulumi.dev.yaml"]);
});

test("keys replaces no key, and puts none into a git repository", async () => {
  const folder = await newFolder();
  const file = join(folder, "prod.pem");
  await writeFile(file, "an old key");
  await mkdir(join(folder, "project/.git"), { recursive: true });
  await mkdir(join(folder, "project/keys"));

  const again = await callOps("keys", ["--private", file]);
  await symlink(join(folder, "project/keys"), join(folder, "link"));
  const inside = await callOps("keys", ["--private", join(folder, "project/keys/prod.pem")]);
  const linked = await callOps("keys", ["--private", join(folder, "link/prod.pem")]);

  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toMatch(/prod\.pem is there already; without an old key nobody opens/);
  expect(await readFile(file, "utf8")).toBe("an old key");
  expect(inside.code).toBe(2);
  expect(inside.stderr).toMatch(
    /is in the git repository .*project; a private key stays out of all/,
  );
  expect(linked).toMatchObject({ code: 2, stderr: expect.stringMatching(/repository .*project;/) });
  expect(await readdir(join(folder, "project/keys"))).toEqual([]);
});
