/** Runs `npm run probe`: tries on an account what the documentation leaves open. */
import { createInterface } from "node:readline/promises";

import { APIError } from "cloudflare/core/error";

import { isOfCloudflare, type EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { QUESTION_IDS, QUESTIONS, type Question } from "../../policy/evidence/questions.ts";
import { quote } from "../../policy/looks-secret.ts";
import { inDashboard, isWorkersAi, PERMISSIONS } from "../../policy/platform.ts";
import { isTrustedApi } from "../../policy/stack/api-address.ts";
import { count } from "../../policy/words.ts";
import { explain, openAccount, readToken, type Account } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { readStack } from "../cli/stacks.ts";
import { formatTable, print, printError, printJson } from "../cli/print.ts";
import { parseAddress, parseIfGiven, parseWait, readArguments } from "../cli/arguments.ts";
import { describeSubject, findPlace, writeEvidence } from "../look/evidence-file.ts";
import { MARKS } from "../look/finding.ts";
import { probeAnalytics } from "./analytics.ts";
import { probePutOnly, probeSwitchedOff } from "./control-plane.ts";
import { probeCreate } from "./create.ts";
import type { DataPlane } from "./data-plane.ts";
import { probeDeletion, probeDeletedGateway } from "./deletions.ts";
import { probeFormats } from "./formats.ts";
import { probeHeaders } from "./headers.ts";
import { probeLogpushFields, probeLogpushFilter } from "./logpush.ts";
import { spokenModels, type SpokenModel } from "./models.ts";
import { record, writeAnswers } from "./recording.ts";
import { withScratch, type Scratch } from "./scratch.ts";
import { probeSpend, SPEND_CALLS } from "./spend.ts";
import { probeStreams } from "./streams.ts";

const GATEWAYS_URL = "https://gateway.ai.cloudflare.com";
const { readAnalytics, readModels, runGateways, writeGateways, writeLogpush } = PERMISSIONS;

const USAGE = `usage: npm run probe -- --stack NAME [--yes] [--out FOLDER | --no-evidence] [--answers FOLDER] [--data-url URL] [--wait SECONDS] [--json]

  --stack        a stack of the account to ask; the stack itself is not touched
  --yes          do not ask before the scratch gateway is made
  --out          folder for the evidence (docs/evidence, which statements read)
  --no-evidence  print the answers, and write none of them
  --answers      folder for the form of each response, without values: a fixture for the embedded account
  --data-url     where gateways answer (${GATEWAYS_URL}; of an embedded account, its own address)
  --wait         longest wait for a log to appear or to go (30 seconds)
  --json         print the evidence as JSON

Makes gateways probe-…, two at a time, and removes them again. CLOUDFLARE_API_TOKEN needs ${inDashboard(writeGateways)}.
AI_GATEWAY_RUN_TOKEN, with ${runGateways} and ${readModels}, lets up to ${5 + SPEND_CALLS} short
calls of the stack's first Workers AI model run, and two of each third party's model, which are billed; without
it, the questions about calls are named as not asked. Those about Logpush need ${inDashboard(writeLogpush)}, that about analytics
${readAnalytics}; without it they are answered as unknown. It takes some minutes.
Where CLOUDFLARE_BASE_URL or --data-url is not Cloudflare's own, nothing is written without --out.

exit code: 0 no promise is seen to be broken, 1 one is, 2 invalid arguments, no account, a place that cannot
be written, or a question that failed`;

const NOT_CLOUDFLARE =
  "no evidence is written, because it was not Cloudflare that was asked; --out writes it, and no statement cites it";

const WRITER = { name: "probe", option: "--out" } as const;
const FIXTURE = { name: "probe", option: "--answers" } as const;

const COLUMNS = [
  { title: "", cell: ({ verdict }: EvidenceAnswer) => MARKS[verdict] },
  {
    title: "point",
    cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].point,
    isNumber: true,
  },
  {
    title: "question",
    cell: ({ question }: EvidenceAnswer) => QUESTIONS[question].text,
    isWhole: true,
  },
  { title: "seen", cell: ({ seen }: EvidenceAnswer) => seen, isWhole: true },
];

const OPTIONS = {
  stack: { type: "string" },
  yes: { type: "boolean", default: false },
  out: { type: "string" },
  "no-evidence": { type: "boolean", default: false },
  answers: { type: "string" },
  "data-url": { type: "string" },
  wait: { type: "string", default: "30" },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { out, "no-evidence": isSilent } = args;
  const { waitSeconds, given, stack } = readArguments({
    waitSeconds: () => parseWait(args.wait),
    given: () =>
      parseIfGiven(args["data-url"], (text) => parseAddress("--data-url", text, GATEWAYS_URL)),
    out: () => refuseBoth(out, isSilent),
    stack: () => readStack(args.stack),
  });
  const account = await openAccount(stack);
  const token = readToken("AI_GATEWAY_RUN_TOKEN");
  const url = given ?? (token === undefined ? undefined : findGateways(account));
  const model = stack.settings.worker.models.map(({ id }) => id).find(isWorkersAi);
  const plane =
    url !== undefined && token !== undefined && model !== undefined
      ? { url, token, model, waitSeconds }
      : undefined;
  const models = token === undefined ? [] : spokenModels(stack.settings.worker.models);
  const subject = describeSubject(
    account,
    plane ? { gateways: plane.url, model: plane.model } : {},
  );
  const isWritten = !isSilent && (out !== undefined || isOfCloudflare(subject));
  const place = isWritten ? await findPlace(WRITER, new Date(), out) : undefined;
  const fixture =
    args.answers === undefined ? undefined : await findPlace(FIXTURE, new Date(), args.answers);
  const calls = (plane === undefined ? 0 : 5 + SPEND_CALLS) + 2 * models.length;
  if (!args.yes) await requireConsent(calls);

  const recording = record(account);
  const answers = await withScratch(recording.connection, (scratch) =>
    probe(scratch, { plane, models, token }),
  ).catch((error: unknown) => {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    const reason = error instanceof APIError ? explain(error, writeGateways) : error.message;
    throw new CommandError(`a question failed, and no evidence is written: ${reason}`);
  });
  const run = { asked: subject, answers: [...answers] };
  if (fixture !== undefined) await writeAnswers(fixture, subject, recording.calls());
  if (args.json) printJson(run, 2);
  else print(formatTable([...answers, ...listUnasked(answers, token)], COLUMNS));
  // The answers are printed first, so that a full disk does not lose them.
  if (place !== undefined) printError(await writeEvidence(WRITER, place, run));
  else if (!isSilent) printError(NOT_CLOUDFLARE);
  return !answers.some(({ verdict }) => verdict === "broken");
}

/** Returns where the gateways of an account answer: the token for calls goes there. */
function findGateways({ cloudflare: { baseURL } }: Account): URL {
  if (isTrustedApi(baseURL, "production")) return new URL(GATEWAYS_URL);
  // The embedded account serves its gateways where it serves its API.
  if (isTrustedApi(baseURL, "development")) return new URL(new URL(baseURL).origin);
  throw new UsageError(
    `--data-url is missing: CLOUDFLARE_BASE_URL is ${quote(baseURL)}, and where its gateways answer is not known`,
  );
}

/** Lists the questions that were left out, each with what was missing. They are no evidence. */
function listUnasked(
  answers: readonly EvidenceAnswer[],
  token: string | undefined,
): readonly EvidenceAnswer[] {
  const lacks =
    token === undefined
      ? { calls: "AI_GATEWAY_RUN_TOKEN is not set", models: "AI_GATEWAY_RUN_TOKEN is not set" }
      : {
          calls: "the stack has no model of Workers AI",
          models: "the stack has no model of a third party",
        };
  return QUESTION_IDS.flatMap((question) => {
    const { takes }: Question = QUESTIONS[question];
    const isLeftOut = answers.every((answer) => answer.question !== question);
    if (takes === undefined || takes === "worker" || !isLeftOut) return [];
    return { question, at: "", verdict: "unknown", seen: `not asked: ${lacks[takes]}` } as const;
  });
}

function refuseBoth(out: string | undefined, isSilent: boolean): void {
  if (out !== undefined && isSilent) throw new UsageError("--out and --no-evidence: choose one");
}

async function requireConsent(calls: number): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError("--yes is missing, and nobody can be asked here");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const cost =
    calls > 0 ? `and pays up to ${count(calls, "short call")} of models` : "and calls no model";
  const reply = await terminal.question(`This makes and removes gateways ${cost}. Go on? [y/N] `);
  terminal.close();
  if (!/^y(?:es)?$/i.test(reply)) throw new CommandError("nothing was done");
}

/** The means of the questions that call models, as far as there are any. */
interface Means {
  readonly plane: DataPlane | undefined;
  readonly models: readonly SpokenModel[];
  readonly token: string | undefined;
}

async function probe(
  scratch: Scratch,
  { plane, models, token = "" }: Means,
): Promise<readonly EvidenceAnswer[]> {
  const control = [
    await probePutOnly(scratch),
    await probeSwitchedOff(scratch),
    await withScratch(scratch, probeCreate),
    await probeLogpushFields(scratch),
    await probeLogpushFilter(scratch),
  ];
  // The gateway collects nothing yet, so that these calls leave no log for the next questions.
  const formats =
    models.length === 0
      ? []
      : [await probeFormats(scratch, models, token), await probeStreams(scratch, models, token)];
  const answers = [...control, ...formats];
  if (plane === undefined) return answers;
  return [
    ...answers,
    ...(await probeHeaders(scratch, plane)),
    await probeDeletion(scratch, plane),
    await withScratch(scratch, (another) => probeSpend(another, plane)),
    await probeAnalytics(scratch, plane),
    await probeDeletedGateway(scratch),
  ];
}
