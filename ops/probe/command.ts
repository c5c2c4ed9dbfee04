/** What the documentation leaves open, asked of the user's own account, with dated evidence. */
import { createInterface } from "node:readline/promises";

import { isOfCloudflare, type EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { QUESTIONS } from "../../policy/evidence/questions.ts";
import { openAccount, type Account } from "../account/account.ts";
import { CommandError, WordsError, checkWords, defineCommand } from "../cli/define-command.ts";
import { findPlace, tellAsked, writeEvidence } from "../account/evidence-file.ts";
import { askPutOnly, askSwitchedOff } from "./control-plane.ts";
import type { DataPlane } from "./data-plane.ts";
import { askDelete, askDeletedGateway } from "./deletions.ts";
import { askHeaders } from "./headers.ts";
import { withScratch, type Scratch } from "./scratch.ts";
import { readStack } from "../cli/stacks.ts";
import { formatTable } from "../cli/table.ts";
import { GLYPHS } from "../verify/record.ts";
import { parseAddress, parseWait } from "../cli/words.ts";

const USAGE = `usage: npm run probe -- --stack NAME [--yes] [--out FOLDER | --no-evidence] [--data-url URL] [--wait SECONDS] [--json]

  --stack        a stack of the account to ask; the stack itself is not touched
  --yes          do not ask before the scratch gateway is made
  --out          folder for the evidence (docs/evidence, which statements read)
  --no-evidence  print the answers, and write nothing
  --data-url     where gateways answer (https://gateway.ai.cloudflare.com)
  --wait         longest wait for a log to appear or to go (30 seconds)
  --json         print the evidence as JSON

Makes a gateway probe-… and removes it again. CLOUDFLARE_API_TOKEN needs AI Gateway Edit (AI Gateway
Write in the API). AI_GATEWAY_RUN_TOKEN, with AI Gateway Run and Workers AI Read, lets five short
calls of the stack's first Workers AI model run, which are billed; without it, four questions are not asked.
Where CLOUDFLARE_BASE_URL or --data-url is not Cloudflare's own, nothing is written without --out.

exit code: 0 no promise is seen to be broken, 1 one is, 2 wrong words, no account, a place that cannot
be written, or a question that failed`;

const NOT_CLOUDFLARE =
  "no evidence is written, because it was not Cloudflare that was asked; --out writes it, and no statement cites it";

const WRITER = { name: "probe", option: "--out" } as const;

const COLUMNS = [
  { title: "", cell: ({ verdict }: EvidenceAnswer) => GLYPHS[verdict] },
  {
    title: "point",
    cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].point,
    isNumber: true,
  },
  { title: "question", cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].asks },
  { title: "seen", cell: ({ seen }: EvidenceAnswer) => seen, isWhole: true },
];

export const command = defineCommand({
  usage: USAGE,
  options: {
    stack: { type: "string" },
    yes: { type: "boolean", default: false },
    out: { type: "string" },
    "no-evidence": { type: "boolean", default: false },
    "data-url": { type: "string", default: "https://gateway.ai.cloudflare.com" },
    wait: { type: "string", default: "30" },
    json: { type: "boolean", default: false },
  },
  run: main,
});

interface Args {
  readonly stack?: string;
  readonly yes: boolean;
  readonly out?: string;
  readonly "no-evidence": boolean;
  readonly "data-url": string;
  readonly wait: string;
  readonly json: boolean;
}

async function main(args: Args): Promise<boolean> {
  const { out, "no-evidence": isSilent } = args;
  checkWords(
    () => parseWait(args.wait),
    () => parseDataUrl(args),
    () => checkOut(args),
    () => readStack(args.stack, process.cwd()),
  );
  const account = await openAccount(args.stack);
  const plane = planeOf(account, args);
  const asked = tellAsked(account, plane ? { gateways: plane.url, model: plane.model } : {});
  const isWritten = !isSilent && (out !== undefined || isOfCloudflare(asked));
  const place = isWritten ? await findPlace(WRITER, new Date(), out) : undefined;
  if (!args.yes) await requireConsent(plane !== undefined);

  const answers = await withScratch(account, (scratch) => ask(scratch, plane)).catch(
    (error: unknown) => {
      if (error instanceof CommandError || !(error instanceof Error)) throw error;
      throw new CommandError(`a question failed, and no evidence is written: ${error.message}`);
    },
  );
  const run = { asked, answers: [...answers] };
  console.log(args.json ? JSON.stringify(run, null, 2) : formatTable(answers, COLUMNS));
  // After the answers are told: a disk that has become full must not take them along.
  if (place !== undefined) console.error(await writeEvidence(WRITER, place, run));
  else if (!isSilent) console.error(NOT_CLOUDFLARE);
  return !answers.some(({ verdict }) => verdict === "broken");
}

function parseDataUrl({ "data-url": url }: Args): URL {
  return parseAddress("--data-url", url, "https://gateway.ai.cloudflare.com");
}

function checkOut({ out, "no-evidence": isSilent }: Args): void {
  if (out !== undefined && isSilent) throw new WordsError("--out and --no-evidence: choose one");
}

/** Undefined where no token, or no model of Workers AI, lets calls run. */
function planeOf({ stack }: Account, args: Args): DataPlane | undefined {
  const token = process.env["AI_GATEWAY_RUN_TOKEN"];
  const model = stack.settings.worker.models.find((name) => name.startsWith("@cf/"));
  // An empty variable is none.
  if (!token || model === undefined) return undefined;
  return { url: parseDataUrl(args), token, model, waitSeconds: parseWait(args.wait) };
}

async function requireConsent(isBilled: boolean): Promise<void> {
  if (!process.stdin.isTTY) throw new WordsError("--yes is missing, and nobody can be asked here");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const cost = isBilled ? "and pays five short calls of a model" : "and calls no model";
  const said = await terminal.question(`This makes and removes a gateway ${cost}. Go on? [y/N] `);
  terminal.close();
  if (!/^y(?:es)?$/i.test(said)) throw new CommandError("nothing was done");
}

async function ask(
  scratch: Scratch,
  plane: DataPlane | undefined,
): Promise<readonly EvidenceAnswer[]> {
  const answers = [await askPutOnly(scratch), await askSwitchedOff(scratch)];
  if (plane === undefined) return answers;
  return [
    ...answers,
    ...(await askHeaders(scratch, plane)),
    await askDelete(scratch, plane),
    await askDeletedGateway(scratch),
  ];
}
