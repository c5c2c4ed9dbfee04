/** What Linux tells about processes; nothing elsewhere. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
import { readdir, readFile, writeFile } from "node:fs/promises";

/** The processes that this one has started. */
export async function childProcesses(): Promise<readonly number[]> {
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.map(Number).filter(Number.isInteger);
  const parents = await Promise.all(pids.map((pid) => readField(pid, "PPid")));
  return pids.filter((_, index) => parents[index] === process.pid);
}

/** The most memory that a process has held since `forgetPeak`, in KiB. */
export async function readPeak(pid: number): Promise<number> {
  return (await readField(pid, "VmHWM")) ?? Number.NaN;
}

export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}

/** The CPU time of a process's threads so far, in milliseconds: https://docs.kernel.org/scheduler/sched-stats.html */
export async function readCpuTime(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const spent = await Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
      return Number.parseInt(text, 10) / 1e6;
    }),
  );
  return spent.reduce((sum, ms) => sum + ms, 0);
}

/** Undefined for a process that has ended. */
async function readField(pid: number, field: string): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, value] = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status) ?? [];
  return value === undefined ? undefined : Number(value);
}
