/** Destroys a stack by Pulumi, once its file allows that. */
import { printUsage, reportErrors, type RunCommand } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { runPulumi } from "../cli/pulumi.ts";
import { readStack } from "../cli/stacks.ts";

const USAGE = `usage: npm run destroy -- --stack NAME [words for pulumi destroy]

  --stack  the stack, as in Pulumi.NAME.yaml

Runs pulumi destroy --run-program with these words, in this folder. Refuses first, before Pulumi starts, while the
stack file has protect: true, which is also what a file without it has. --ignore-protect and --skip-preview are
refused: without its preview, Pulumi deletes parts of a protected stack before it stops.
exit code: Pulumi's own, or 2 where it was not started`;

export const command: RunCommand = (words) =>
  reportErrors(USAGE, async () => {
    if (words.includes("--help")) return printUsage(USAGE);
    const { settings } = readStack(readStackName(words));
    if (settings.protect) {
      const waiver =
        settings.tier === "production" ? " with a waiver of unprotected-production" : "";
      throw new CommandError(
        `gateway ${settings.gatewayId} is protected (protect: true), and nothing was destroyed; where its logs may go, set protect: false${waiver} and run \`pulumi up\` first (docs/operate.md)`,
      );
    }
    return runPulumi(["destroy", "--run-program", ...words]);
  });

/** The options that another file, or no file, would decide about, or that delete what is protected. */
const REFUSED = ["--ignore-protect", "--skip-preview", "-f", "--config-file", "--cwd", "-C"];

function readStackName(words: readonly string[]): string | undefined {
  const names = words.flatMap((word, index) => {
    const [, inside] = /^(?:--stack=|-s=?)(.+)$/.exec(word) ?? [];
    return inside ?? (word === "--stack" || word === "-s" ? (words[index + 1] ?? "") : []);
  });
  const refused = [
    ...words.filter((word) => REFUSED.some((option) => isOption(word, option))),
    ...REFUSED.map(toVariable).filter((name) => process.env[name]),
  ];
  const wrong = [
    ...refused.map((word) => `${word} is not allowed here`),
    ...(names.length > 1 ? [`--stack: one value at a time`] : []),
    ...(names.length === 0 ? ["--stack is missing; Pulumi's selected stack is not read here"] : []),
  ];
  if (wrong.length > 0) throw new UsageError(wrong.join("\nerror: "));
  // Of `org/project/stack` the file has the last part alone.
  return names[0]?.split("/").at(-1);
}

/** Whether a word gives the option: `--cwd=/tmp`, `-C/tmp`, and of several in one word `-yf`. */
function isOption(word: string, option: string): boolean {
  if (option.startsWith("--")) return word === option || word.startsWith(`${option}=`);
  // Behind one of Pulumi's short options that take a value, the rest is that value.
  const [, letters = ""] = /^-([^-mprst]*)/.exec(word) ?? [];
  return letters.includes(option.slice(1));
}

/** Pulumi takes each long option from the environment, too. */
function toVariable(option: string): string {
  return `PULUMI_OPTION_${option.replace(/^-+/, "").replaceAll("-", "_").toUpperCase()}`;
}
