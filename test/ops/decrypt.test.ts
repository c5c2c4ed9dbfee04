import { spawn } from "node:child_process";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { decryptLog } from "../../ops/decrypt/decrypt.ts";
import { linesOf } from "../../ops/decrypt/lines.ts";
import { callOps, runOps } from "../support/ops-command.ts";
import { ROOT } from "../support/settings.ts";
import { newFolder } from "../support/new-folder.ts";

const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const OTHER = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const CLEAR = { Gateway: "app", Model: "@cf/a/b", StatusCode: 200, Cached: false };
const CLOSED = {
  Metadata: '{"caller":"web"}',
  RequestBody: '{"messages":[{"role":"user","content":"Grüße 🌍"}]}',
  ResponseBody: '{"response":"Hello"}',
};

test("a log is opened as Cloudflare documents it to be closed, and nothing in clear is touched", async () => {
  const line = JSON.stringify({ ...CLEAR, ...(await close(CLOSED)) });

  expect(decryptLog(line, KEYS.privateKey)).toEqual({
    log: { ...CLEAR, ...CLOSED },
    inClear: [],
  });
});

test("a field with the type beside its key is opened, and one without a key is refused", async () => {
  const closed = await close(CLOSED);
  const typed = Object.entries(closed).map(([name, field]) => [
    name,
    { type: "encrypted", ...field },
  ]);
  const bare = { ...closed, RequestBody: { type: "encrypted", data: closed.RequestBody.data } };

  const { log } = decryptLog(JSON.stringify(Object.fromEntries(typed)), KEYS.privateKey);

  expect(log).toEqual(CLOSED);
  // It was taken for a field in clear, and reported as readable by everybody.
  expect(() => decryptLog(JSON.stringify(bare), KEYS.privateKey)).toThrow(
    "RequestBody is encrypted without a key and an iv beside its data; how that is opened is not published",
  );
});

test("what was not encrypted stays as it is, and is named where it shows anything", () => {
  const log = {
    ...CLEAR,
    Metadata: { caller: "web" },
    RequestBody: "in clear",
    ResponseBody: null,
  };

  expect(decryptLog(JSON.stringify(log), KEYS.privateKey)).toEqual({
    log,
    inClear: ["Metadata", "RequestBody"],
  });
  const withoutKey = { Metadata: "{}", RequestBody: "", ResponseBody: { iv: "", data: "Hi" } };
  expect(decryptLog(JSON.stringify(withoutKey), KEYS.privateKey).inClear).toEqual(["ResponseBody"]);
});

test("a log for another key, a changed one and a broken one each have their reason", async () => {
  const closed = await close(CLOSED);
  const { data } = closed.RequestBody;
  const changed = {
    ...closed,
    RequestBody: { ...closed.RequestBody, data: `AAAA${data.slice(4)}` },
  };
  const empty = { ...closed, Metadata: { ...closed.Metadata, iv: "" } };
  const broken = { ...closed, Metadata: { ...closed.Metadata, iv: "no base64!" } };
  const short = { ...closed, Metadata: { ...closed.Metadata, data: "AAAA" } };
  const open =
    (log: unknown, key = KEYS.privateKey) =>
    () =>
      decryptLog(JSON.stringify(log), key);

  expect(open(closed, OTHER)).toThrow("Metadata is encrypted for another key");
  expect(open(changed)).toThrow("RequestBody was changed after it was encrypted");
  expect(open(empty)).toThrow("Metadata was changed after it was encrypted");
  expect(open(broken)).toThrow("Metadata is not encrypted as documented");
  expect(open(short)).toThrow("Metadata is not encrypted as documented");
  expect(open([1])).toThrow("is no log: not a JSON object");
  expect(() => decryptLog("{", KEYS.privateKey)).toThrow("is no log: not a JSON object");
});

test("lines are found wherever a file is cut into pieces, gzipped or not", async () => {
  const text = '{"a":"Grüße 🌍"}\n\n{"b":2}\n{"c":3}';
  const whole = ['{"a":"Grüße 🌍"}', '{"b":2}', '{"c":3}'];
  const twoMembers = Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]);

  for (const size of [1, 2, 3, 7, 1000]) {
    expect(await Array.fromAsync(linesOf(pieces(Buffer.from(text), size)))).toEqual(whole);
    expect(await Array.fromAsync(linesOf(pieces(gzipSync(text), size)))).toEqual(whole);
  }
  expect(await Array.fromAsync(linesOf(pieces(twoMembers, 5)))).toEqual(['{"a":1}', '{"b":2}']);
  expect(await Array.fromAsync(linesOf(pieces(Buffer.of(), 1)))).toEqual([]);
  await expect(Array.fromAsync(linesOf(pieces(gzipSync(text).subarray(0, 30), 5)))).rejects.toThrow(
    "unexpected end of file",
  );
});

test("a gzip whose one line never ends is refused, in the time and space of its limit", async () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, "a"));
  const started = process.cpuUsage();

  await expect(Array.fromAsync(linesOf(pieces(bomb, 65_536)))).rejects.toThrow(
    "a line has more than 33554432 bytes",
  );

  // Joined anew at each chunk, it took 27 s. Of the processor: how busy it is with others does not matter.
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1e6).toBeLessThan(10);
});

test("decrypt prints each log of each file as a line, and tells what stayed closed", async () => {
  const folder = await newFolder();
  const [key, first, second] = [`${folder}/key.pem`, `${folder}/1.log.gz`, `${folder}/2.log`];
  const closed = JSON.stringify({ ...CLEAR, ...(await close(CLOSED)) });
  await writeFile(key, KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(first, gzipSync(`${closed}\n${closed}\n`));
  await writeFile(second, `no log\n${closed}\n`);

  const { code, stdout, stderr } = await runOps("decrypt", ["--private", key, first, second]);

  const log = { ...CLEAR, ...CLOSED };
  const logs = stdout.trimEnd().split("\n");
  expect(logs.map((line) => JSON.parse(line))).toEqual([log, log, log]);
  expect(stderr).toBe(`${second}:1: is no log: not a JSON object\n`);
  expect(code).toBe(1);
});

test("decrypt prints what was never encrypted, and reports where, under the same exit code", async () => {
  const folder = await newFolder();
  const [key, first, second] = [`${folder}/key.pem`, `${folder}/1.log.gz`, `${folder}/2.log`];
  const closed = { ...CLEAR, ...(await close(CLOSED)) };
  const lines = [closed, { ...closed, RequestBody: "in clear" }, CLOSED, CLEAR, CLOSED];
  await writeFile(key, KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(first, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
  await writeFile(second, JSON.stringify({ ...CLEAR, Metadata: CLOSED.Metadata }));

  const { code, stdout, stderr } = await callOps("decrypt", ["--private", key, first, second]);

  expect(stdout.trimEnd().split("\n")).toHaveLength(6);
  expect(stdout).toContain('"RequestBody":"in clear"');
  expect(stderr.split("\n")).toEqual([
    `${first}:2: RequestBody was in clear, not encrypted`,
    `${first}:3: Metadata, RequestBody, ResponseBody were in clear, not encrypted (the first of 2 such lines)`,
    `${second}:1: Metadata was in clear, not encrypted`,
    "",
  ]);
  expect(code).toBe(0);
});

test("decrypt opens what comes after a file that cannot be read, and tells all of those", async () => {
  const folder = await newFolder();
  const [key, cut, whole] = [`${folder}/key.pem`, `${folder}/cut.log.gz`, `${folder}/whole.log`];
  await writeFile(key, KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(cut, gzipSync('{"StatusCode":200}\n').subarray(0, 20));
  await writeFile(whole, '{"StatusCode":201}\n');
  const missing = join(folder, "none.log.gz");

  const { code, stdout, stderr } = await callOps("decrypt", [
    "--private",
    key,
    cut,
    folder,
    missing,
    whole,
  ]);

  expect(stdout).toBe('{"StatusCode":201}\n');
  expect(stderr.split("\n")).toEqual([
    `error: ${cut} cannot be read to its end: unexpected end of file; fetch it again`,
    `error: ${folder} is a folder; name the files in it`,
    `error: ${missing} cannot be read: there is no such file or folder`,
    "",
  ]);
  expect(code).toBe(2);
});

test("lines of a file that stay closed for one reason are told as one", async () => {
  const folder = await newFolder();
  const [key, file] = [`${folder}/key.pem`, `${folder}/1.log`];
  await writeFile(key, OTHER.export({ type: "pkcs8", format: "pem" }));
  const closed = JSON.stringify({ ...CLEAR, ...(await close(CLOSED)) });
  await writeFile(file, `{}\n${closed}\nno log\n${closed}\n${closed}\n`);

  const { code, stdout, stderr } = await callOps("decrypt", ["--private", key, file]);

  expect(stdout).toBe("{}\n");
  expect(stderr.split("\n")).toEqual([
    `${file}:2: Metadata is encrypted for another key (the first of 3 such lines)`,
    `${file}:3: is no log: not a JSON object`,
    "",
  ]);
  expect(code).toBe(1);
});

test("a program that has read enough ends a command without a stack trace", async () => {
  const folder = await newFolder();
  const [key, file] = [`${folder}/key.pem`, `${folder}/1.log`];
  await writeFile(key, KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(file, '{"StatusCode":200}\n'.repeat(100_000));

  const words = ["ops/run.js", "decrypt", "--private", key, file];
  const child = spawn(process.execPath, words, { cwd: ROOT });
  child.stdout.once("data", () => child.stdout.destroy());
  const [stderr, [code]] = await Promise.all([readText(child.stderr), once(child, "close")]);

  expect({ code, stderr }).toEqual({ code: 141, stderr: "" });
});

test("without a key, or without a file, decrypt says so and opens nothing", async () => {
  const folder = await newFolder();
  const publicOnly = join(folder, "public.pem");
  await writeFile(publicOnly, KEYS.publicKey.export({ type: "spki", format: "pem" }));
  const key = join(folder, "key.pem");
  await writeFile(key, KEYS.privateKey.export({ type: "pkcs8", format: "pem" }));

  const none = await callOps("decrypt", []);
  const wrong = await callOps("decrypt", ["--private", publicOnly, publicOnly]);
  const missing = await callOps("decrypt", ["--private", key, join(folder, "none.log.gz")]);
  const noKey = await callOps("decrypt", ["--private", join(folder, "nope")]);
  const asKey = await callOps("decrypt", ["--private", folder]);

  expect([none.code, wrong.code, missing.code]).toEqual([2, 2, 2]);
  const named = (file: string) => `error: --private is "${file}" and cannot be read:`;
  expect(noKey).toMatchObject({
    code: 2,
    stderr: `${named(join(folder, "nope"))} there is no such file or folder\n`,
  });
  expect(asKey).toMatchObject({ code: 2, stderr: `${named(folder)} it is a folder\n` });
  expect(none.stderr).toMatch(/^error: --private is missing/);
  expect(wrong.stderr).toMatch(/public\.pem holds no private RSA key in PEM/);
  expect(missing.stderr).toMatch(/none\.log\.gz cannot be read: there is no such file/);
});

/** As the documentation says, in the words of another implementation: the browser's. */
async function close({ Metadata, RequestBody, ResponseBody }: typeof CLOSED) {
  const spki = KEYS.publicKey.export({ type: "spki", format: "der" });
  const oaep = { name: "RSA-OAEP", hash: "SHA-256" };
  const publicKey = await webcrypto.subtle.importKey("spki", spki, oaep, false, ["wrapKey"]);
  const gcm = { name: "AES-GCM", length: 256 };
  const key = await webcrypto.subtle.generateKey(gcm, true, ["encrypt"]);
  const wrapped = await webcrypto.subtle.wrapKey("raw", key, publicKey, oaep);
  const closeOne = async (text: string) => {
    const iv = webcrypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(text);
    const data = await webcrypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes);
    return { key: base64(wrapped), iv: base64(iv), data: base64(data) };
  };
  return {
    Metadata: await closeOne(Metadata),
    RequestBody: await closeOne(RequestBody),
    ResponseBody: await closeOne(ResponseBody),
  };
}

function base64(bytes: ArrayBuffer | Uint8Array): string {
  return Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString(
    "base64",
  );
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
