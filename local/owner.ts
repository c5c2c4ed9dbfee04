/**
 * One process owns a stack's local account: two of them would write into the same files, each from
 * what it alone knows.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { readText } from "./read-text.ts";
import { StackError } from "./stack-error.ts";

/** What the owner has printed, and the process that it is. */
interface Announcement {
  readonly pid: number;
  readonly lines: string;
  readonly api: string;
}

const SQLITE_BUSY = 5;
const WAIT_MS = 60_000;

/**
 * Claims the account of a folder until the process ends, however it ends: the lock is the operating
 * system's. Returns what another process has printed that is the owner, and waits for it while it is
 * still starting; throws a StackError where that takes a minute.
 */
export async function claimAccount(folder: string): Promise<Announcement | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const deadline = Date.now() + WAIT_MS;
  while (!takeLock(folder)) {
    const printed = readAnnouncement(fileIn(folder));
    if (printed !== undefined) return printed;
    if (Date.now() > deadline) {
      throw new StackError("another start of this stack has printed no address for a minute");
    }
    await sleep(100);
  }
  // After a kill -9 the last owner's still lies here.
  rmSync(fileIn(folder), { force: true });
  return undefined;
}

/** Leaves what the owner prints for later starts, until the process exits. */
export function announce(folder: string, printed: Omit<Announcement, "pid">): void {
  const file = fileIn(folder);
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, ...printed }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  process.once("exit", () => {
    rmSync(file, { force: true });
    lock?.close();
  });
}

// Its lock ends with the connection, which must not be collected as garbage.
let lock: DatabaseSync | undefined;

function takeLock(folder: string): boolean {
  const connection = new DatabaseSync(join(folder, "owner.sqlite"));
  try {
    connection.exec("BEGIN IMMEDIATE");
  } catch (error) {
    connection.close();
    if (Object(error).errcode === SQLITE_BUSY) return false;
    throw error;
  }
  lock = connection;
  return true;
}

function readAnnouncement(file: string): Announcement | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  // Not by a schema: a first start would wait for zod.
  const { pid, lines, api } = Object(JSON.parse(text));
  return { pid: Number(pid), lines: String(lines), api: String(api) };
}

function fileIn(folder: string): string {
  return join(folder, "running.json");
}
