/** Reads the outputs that docs/operate.md shows, which `npm run docs:outputs` writes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./settings.ts";

const PAGE = join(ROOT, "docs/operate.md");
const SHOWN = /```sh\n((?:(?!```)[^])*?)```\n\n<!-- printed by .* -->\n\n```text\n([^]*?)^```$/gm;

/** Lists the examples of the page: each has one command or several, as they are typed. */
export function examples(): readonly (readonly string[])[] {
  return Array.from(readFileSync(PAGE, "utf8").matchAll(SHOWN), ([, shell = ""]) =>
    commandsOf(shell),
  );
}

/** Returns the output that the page shows for an example. `npm run docs:outputs` first writes it. */
export function shownOutput(commands: readonly string[], printed: string): string | undefined {
  const page = readFileSync(PAGE, "utf8");
  const isWanted = (shell: string) => commandsOf(shell).join() === commands.join();
  if (process.env["MODE"] === "outputs") {
    const change = (all: string, shell: string, shown: string) =>
      isWanted(shell) ? all.replace(`\n${shown}\`\`\``, () => `\n${printed}\`\`\``) : all;
    // Synchronous, so that nothing comes between reading and writing.
    writeFileSync(PAGE, page.replace(SHOWN, change));
    return printed;
  }
  return page.matchAll(SHOWN).find(([, shell = ""]) => isWanted(shell))?.[2];
}

function commandsOf(shell: string): readonly string[] {
  return shell.match(/^npm run .*?(?=\s*(?:#.*)?$)/gm) ?? [];
}

/** Replaces what differs from run to run by values of the same length. */
export function withoutVolatile(output: string): string {
  return output
    .replaceAll(MINUTES, shiftToNoon(output))
    .replaceAll(/\b[0-9a-f]{16}\b/g, "0c5fd1d2a7d5b2c1")
    .replaceAll(/^[\w-]{43}$/gm, "w0ZJ2lGk1n6d8yVq3sXbT7uHc5RfAe9PiMoLtNjKhYg")
    .replaceAll(/(?<=\bby key )[0-9a-f]{8}(?=…)/g, "4714c135");
}

/** Moments that a command prints to the minute. */
const MINUTES = /\b20\d\d-\d\d-\d\d \d\d:\d\d(?!:)/g;

/** Moves moments by the same time, so that the first of them is noon and their distances stay. */
function shiftToNoon(output: string): (moment: string) => string {
  const toMs = (moment: string) => Date.parse(`${moment.replace(" ", "T")}Z`);
  const first = Math.min(...(output.match(MINUTES) ?? []).map(toMs));
  return (moment) => {
    const moved = new Date(toMs(moment) - first + Date.UTC(2026, 10, 23, 12));
    return moved.toISOString().slice(0, 16).replace("T", " ");
  };
}
