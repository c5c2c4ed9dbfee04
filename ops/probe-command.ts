/** What the documentation leaves open, asked of the user's own account, with dated evidence. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";

import { openAccount } from "./account.ts";
import { CommandError, WordsError, runCommand } from "./command.ts";
import { askCreate, askOmitted, type Answer } from "./probe/control-plane.ts";
import { askDelete, askDeletedGateway, askHeaders, type DataPlane } from "./probe/data-plane.ts";
import { withScratch, type Scratch } from "./probe/scratch.ts";
import { formatTable } from "./table.ts";

const USAGE = `usage: npm run probe -- --stack NAME [--yes] [--out FOLDER] [--data-url URL] [--wait SECONDS] [--json]

  --stack     a stack of the account to ask; the stack itself is not touched
  --yes       do not ask before the scratch gateway is made
  --out       folder for the evidence (docs/evidence)
  --data-url  where gateways answer (https://gateway.ai.cloudflare.com)
  --wait      longest wait for a log to appear or to go (30 seconds)
  --json      print the answers as JSON

Makes a gateway probe-… and removes it again. CLOUDFLARE_API_TOKEN needs AI Gateway Edit (AI Gateway
Write in the API). AI_GATEWAY_RUN_TOKEN, with AI Gateway Run and Workers AI Read, lets five short
calls of the stack's first Workers AI model run, which are billed; without it, four questions are not asked.

exit code: 0 asked, 2 wrong words, no account, or a question that failed`;

const COLUMNS = [
  { title: "point", cell: ({ point }: Answer) => point, isNumber: true },
  { title: "question", cell: ({ question }: Answer) => question },
  { title: "answer", cell: ({ answer }: Answer) => answer },
];

await runCommand({
  usage: USAGE,
  options: {
    stack: { type: "string" },
    yes: { type: "boolean", default: false },
    out: { type: "string", default: join("docs", "evidence") },
    "data-url": { type: "string", default: "https://gateway.ai.cloudflare.com" },
    wait: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
  },
  run: main,
});

interface Args {
  readonly stack?: string;
  readonly yes: boolean;
  readonly out: string;
  readonly "data-url": string;
  readonly wait: string;
  readonly json: boolean;
}

async function main(args: Args): Promise<boolean> {
  const { "data-url": url, wait } = args;
  if (!URL.canParse(url)) throw new WordsError(`--data-url is ${JSON.stringify(url)}, and no URL`);
  if (!/^\d{1,3}$/.test(wait)) {
    throw new WordsError(
      `--wait is ${JSON.stringify(wait)}; allowed is a number of seconds to 999`,
    );
  }
  const account = openAccount(args.stack);
  // An empty variable is none.
  const token = process.env["AI_GATEWAY_RUN_TOKEN"] || undefined;
  const model = account.stack.settings.worker.models.find((name) => name.startsWith("@cf/"));
  const plane =
    token === undefined || model === undefined
      ? undefined
      : { url: new URL(url), token, model, waitSeconds: Number(wait) };
  if (!args.yes) await requireConsent(plane !== undefined);

  const answers = await withScratch(account, (scratch) => ask(scratch, plane)).catch(
    (error: unknown) => {
      if (error instanceof CommandError || !(error instanceof Error)) throw error;
      throw new CommandError(`a question failed, and no evidence is written: ${error.message}`);
    },
  );
  await writeEvidence(args.out, answers);
  console.log(args.json ? JSON.stringify(answers, null, 2) : formatTable(answers, COLUMNS));
  return true;
}

async function requireConsent(isBilled: boolean): Promise<void> {
  if (!process.stdin.isTTY) throw new WordsError("--yes is missing, and nobody can be asked here");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const cost = isBilled ? "and pays five short calls of a model" : "and calls no model";
  const said = await terminal.question(`This makes and removes a gateway ${cost}. Go on? [y/N] `);
  terminal.close();
  if (!/^y(?:es)?$/i.test(said)) throw new CommandError("nothing was done");
}

async function ask(scratch: Scratch, plane: DataPlane | undefined): Promise<readonly Answer[]> {
  const answers = [await askCreate(scratch), await askOmitted(scratch)];
  if (plane === undefined) return answers;
  return [
    ...answers,
    ...(await askHeaders(scratch, plane)),
    ...(await askDelete(scratch, plane)),
    await askDeletedGateway(scratch),
  ];
}

/** Without account, token or gateway: it is committed. */
async function writeEvidence(folder: string, answers: readonly Answer[]): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const rows = answers.map(
    ({ point, question, answer }) => `| ${point} | ${question} | ${answer} |`,
  );
  const head = [`# Probed on ${date}`, "", "| point | question | answer |", "| --- | --- | --- |"];
  await mkdir(folder, { recursive: true });
  const file = join(folder, `probe-${date}`);
  await writeFile(`${file}.json`, `${JSON.stringify({ date, answers }, null, 2)}\n`);
  await writeFile(`${file}.md`, `${[...head, ...rows].join("\n")}\n`);
}
