/**
 * The Workers runtime outlives an `npm start` that ends without a word, as by kill -9, and keeps
 * its port. The next start finds it by its path, which is the stack's own.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { readText } from "./read-text.ts";

const workerd = z.object({ default: z.string() });

/**
 * Ends the runtimes that the last owner of a folder has left behind, and names those of this
 * process after the folder. The caller owns it.
 */
export async function endOrphans(folder: string): Promise<void> {
  const link = join(folder, "workerd");
  const deadline = Date.now() + 2000;
  for (let left = find(link); left.length > 0 && Date.now() < deadline; left = find(link)) {
    left.forEach(end);
    await sleep(20);
  }
  const { MINIFLARE_WORKERD_PATH: chosen } = process.env;
  const real = createRequire(import.meta.resolve("miniflare"));
  rmSync(link, { force: true });
  symlinkSync(chosen ?? workerd.parse(real("workerd")).default, link);
  // Miniflare takes the runtime from here.
  process.env["MINIFLARE_WORKERD_PATH"] = link;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function find(program: string): number[] {
  return existsSync("/proc/self/cmdline") ? findInProc(program) : findByPs(program);
}

function findInProc(program: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readText(`/proc/${pid}/cmdline`)?.split("\0")[0] === program)
    .map(Number);
}

function findByPs(program: string): number[] {
  const list = execFileSync("ps", ["-A", "-o", "pid=,args="], { encoding: "utf8" });
  return list.split("\n").flatMap((line) => {
    const [, pid, command = ""] = /^ *(\d+) (.*)$/.exec(line) ?? [];
    return command.startsWith(`${program} `) ? [Number(pid)] : [];
  });
}
