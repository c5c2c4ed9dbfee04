/** Without an engine, Pulumi's SDK prints what a program logs as `warning: [runtime] …`. */
export function printLogPlainly(to: Pick<Console, "log" | "warn" | "error"> = console): void {
  for (const level of ["log", "warn", "error"] as const) {
    const print = to[level].bind(to);
    to[level] = (first: unknown, ...rest: unknown[]) => {
      print(
        typeof first === "string" ? first.replace(/^(\w+: )\[runtime\] /, "$1") : first,
        ...rest,
      );
    };
  }
}
