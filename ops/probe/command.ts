/** What the documentation leaves open, asked of the user's own account, with dated evidence. */
import { createInterface } from "node:readline/promises";

import { isOfCloudflare, type EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { QUESTIONS } from "../../policy/evidence/questions.ts";
import { inDashboard, isWorkersAi, PERMISSIONS } from "../../policy/platform.ts";
import { openAccount } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, WordsError } from "../cli/errors.ts";
import { readStack } from "../cli/stacks.ts";
import { formatTable } from "../cli/print.ts";
import { parseAddress, parseWait, readWords } from "../cli/words.ts";
import { describeAsked, findPlace, writeEvidence } from "../look/evidence-file.ts";
import { MARKS } from "../look/finding.ts";
import { askPutOnly, askSwitchedOff } from "./control-plane.ts";
import type { DataPlane } from "./data-plane.ts";
import { askDelete, askDeletedGateway } from "./deletions.ts";
import { askHeaders } from "./headers.ts";
import { withScratch, type Scratch } from "./scratch.ts";

const GATEWAYS_URL = "https://gateway.ai.cloudflare.com";
const { readModels, runGateways, writeGateways } = PERMISSIONS;

const USAGE = `usage: npm run probe -- --stack NAME [--yes] [--out FOLDER | --no-evidence] [--data-url URL] [--wait SECONDS] [--json]

  --stack        a stack of the account to ask; the stack itself is not touched
  --yes          do not ask before the scratch gateway is made
  --out          folder for the evidence (docs/evidence, which statements read)
  --no-evidence  print the answers, and write nothing
  --data-url     where gateways answer (${GATEWAYS_URL})
  --wait         longest wait for a log to appear or to go (30 seconds)
  --json         print the evidence as JSON

Makes a gateway probe-… and removes it again. CLOUDFLARE_API_TOKEN needs ${inDashboard(writeGateways)} (${writeGateways.replace(" Write", "\nWrite")} in the API). AI_GATEWAY_RUN_TOKEN, with ${runGateways} and ${readModels}, lets five short
calls of the stack's first Workers AI model run, which are billed; without it, four questions are not asked.
Where CLOUDFLARE_BASE_URL or --data-url is not Cloudflare's own, nothing is written without --out.

exit code: 0 no promise is seen to be broken, 1 one is, 2 wrong words, no account, a place that cannot
be written, or a question that failed`;

const NOT_CLOUDFLARE =
  "no evidence is written, because it was not Cloudflare that was asked; --out writes it, and no statement cites it";

const WRITER = { name: "probe", option: "--out" } as const;

const COLUMNS = [
  { title: "", cell: ({ verdict }: EvidenceAnswer) => MARKS[verdict] },
  {
    title: "point",
    cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].point,
    isNumber: true,
  },
  { title: "question", cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].asks },
  { title: "seen", cell: ({ seen }: EvidenceAnswer) => seen, isWhole: true },
];

const OPTIONS = {
  stack: { type: "string" },
  yes: { type: "boolean", default: false },
  out: { type: "string" },
  "no-evidence": { type: "boolean", default: false },
  "data-url": { type: "string", default: GATEWAYS_URL },
  wait: { type: "string", default: "30" },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { out, "no-evidence": isSilent } = args;
  const { waitSeconds, url, stack } = readWords({
    waitSeconds: () => parseWait(args.wait),
    url: () => parseAddress("--data-url", args["data-url"], GATEWAYS_URL),
    out: () => refuseBoth(out, isSilent),
    stack: () => readStack(args.stack),
  });
  const account = await openAccount(stack);
  const token = process.env["AI_GATEWAY_RUN_TOKEN"];
  const model = stack.settings.worker.models.find(isWorkersAi);
  // An empty variable is none.
  const plane = token && model !== undefined ? { url, token, model, waitSeconds } : undefined;
  const asked = describeAsked(account, plane ? { gateways: url, model: plane.model } : {});
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
  // After the answers are printed: a disk that has become full must not take them along.
  if (place !== undefined) console.error(await writeEvidence(WRITER, place, run));
  else if (!isSilent) console.error(NOT_CLOUDFLARE);
  return !answers.some(({ verdict }) => verdict === "broken");
}

function refuseBoth(out: string | undefined, isSilent: boolean): void {
  if (out !== undefined && isSilent) throw new WordsError("--out and --no-evidence: choose one");
}

async function requireConsent(isBilled: boolean): Promise<void> {
  if (!process.stdin.isTTY) throw new WordsError("--yes is missing, and nobody can be asked here");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const cost = isBilled ? "and pays five short calls of a model" : "and calls no model";
  const reply = await terminal.question(`This makes and removes a gateway ${cost}. Go on? [y/N] `);
  terminal.close();
  if (!/^y(?:es)?$/i.test(reply)) throw new CommandError("nothing was done");
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
