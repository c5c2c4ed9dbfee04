/**
 * One process owns a stack's local account: two of them would write into the same files, each from
 * what it alone knows.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { readText } from "./read-text.ts";
import { StackError } from "./stack-error.ts";

const announcement = z.object({ pid: z.number(), lines: z.string(), api: z.string() });

/** What the owner has printed, and the process that it is. */
export type Announcement = z.output<typeof announcement>;

/** The outcome of a claim: this process is the owner, or another one is. */
export type Claim =
  | {
      readonly isOwner: true;
      /** Leaves what it prints for later starts, until the process exits. */
      announce(printed: Omit<Announcement, "pid">): void;
    }
  | { readonly isOwner: false; readonly printed: Announcement };

const SQLITE_BUSY = 5;
const WAIT_MS = 60_000;

/**
 * Claims the account of a folder until the process ends, however it ends: the lock is the operating
 * system's. Waits for an owner that is still starting; throws a StackError where it takes a minute.
 */
export async function claimAccount(folder: string): Promise<Claim> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "running.json");
  const deadline = Date.now() + WAIT_MS;
  while (!takeLock(folder)) {
    const printed = readAnnouncement(file);
    if (printed !== undefined) return { isOwner: false, printed };
    if (Date.now() > deadline) {
      throw new StackError("another start of this stack has printed no address for a minute");
    }
    await sleep(100);
  }
  // After a kill -9 the last owner's still lies here.
  rmSync(file, { force: true });
  return { isOwner: true, announce: (printed) => announce(file, printed) };
}

// Its lock ends with the connection, which must not be collected as garbage.
let lock: DatabaseSync | undefined;

/** Takes the lock; returns false where another process has it. */
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
  return text === undefined ? undefined : announcement.parse(JSON.parse(text));
}

function announce(file: string, printed: Omit<Announcement, "pid">): void {
  writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, ...printed }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  process.once("exit", () => {
    rmSync(file, { force: true });
    lock?.close();
  });
}
