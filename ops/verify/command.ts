/** Runs `npm run verify`: checks every promise of a stack in its account. */
import { isByWorkerAlone } from "../../policy/gateway/collect.ts";
import { inDashboard, PERMISSIONS } from "../../policy/platform.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { openAccount, readToken } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { requireWritable, writeOutput } from "../cli/output-file.ts";
import {
  type Column,
  endProgress,
  formatTable,
  print,
  printError,
  printJson,
  showProgress,
} from "../cli/print.ts";
import { readStack } from "../cli/stacks.ts";
import { parseAddress, parseIfGiven, parseWait, readArguments } from "../cli/arguments.ts";
import { describeSubject, findPlace, writeEvidence } from "../look/evidence-file.ts";
import { MARKS, type Finding } from "../look/finding.ts";
import { NEEDED } from "../look/undeclared/kinds.ts";
import { answersOf } from "./evidence.ts";
import { checkPage } from "./page.ts";
import { formatRecord } from "./record.ts";
import { verify } from "./verify.ts";

const {
  readAnalytics,
  readBuckets,
  readGateways,
  readSecrets,
  readTokens,
  readWorkers,
  writeLogpush,
} = PERMISSIONS;

const USAGE = `usage: npm run verify -- --stack NAME [--url URL] [--wait SECONDS] [--record FILE]
                         [--evidence FOLDER] [--json]

  --stack     the stack to verify, as deployed
  --url       where its Worker answers, if neither the stack file nor the account's subdomain says it
  --wait      longest wait for a log to appear (30 seconds)
  --record    write a dated record of what was found to a file, in Markdown
  --evidence  write what the canaries prove of Cloudflare to a folder, such as docs/evidence, which
              statements read; the stack must be one that collects metadata
  --json      print the findings as JSON

CLOUDFLARE_API_TOKEN needs ${readGateways}, ${readWorkers} and, for readers and the token
itself, ${readTokens}; for logpush ${inDashboard(writeLogpush)} and ${readBuckets}; for providers
${readSecrets}; for coverage ${readAnalytics}; for alerts, and for what no stack declares,
${inDashboard(...NEEDED)}.
What it may not read is reported as not looked at.
AI_GATEWAY_CALLER_TOKEN is the token of one of the stack's callers: with it four canaries go through
the Worker, of which three ask a model and are billed.

exit code: 0 no promise is seen to be broken, 1 one is, 2 invalid arguments, or no
promise could be looked at`;

const WRITER = { name: "verify", option: "--evidence" } as const;

const OPTIONS = {
  stack: { type: "string" },
  url: { type: "string" },
  wait: { type: "string", default: "30" },
  record: { type: "string" },
  evidence: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { record, evidence, json } = args;
  const { waitSeconds, url, stack } = readArguments({
    waitSeconds: () => parseWait(args.wait),
    url: () =>
      parseIfGiven(args.url, (text) => parseAddress("--url", text, "https://chat.example.com")),
    stack: () => checkEvidence(readStack(args.stack), evidence),
  });
  const account = await openAccount(stack);
  if (record !== undefined) await requireWritable("--record", record);
  const place = evidence === undefined ? undefined : await findPlace(WRITER, new Date(), evidence);
  const token = readToken("AI_GATEWAY_CALLER_TOKEN");
  const { findings: found, flights } = await verify(
    account,
    { url, token, waitSeconds },
    showProgress,
  );
  const findings = [...(await checkPage(account)), ...found];
  endProgress();
  if (json) printJson(findings.map(toJson), 2);
  else print(formatTable(findings, columnsOf(stack)));
  // The findings are printed first, so that a full disk does not lose them.
  if (record !== undefined) {
    const text = formatRecord({ stack: stack.name, at: new Date(), findings, flights });
    await writeOutput("--record", record, `${text}\n`);
  }
  if (place !== undefined) {
    const [model] = stack.settings.worker.models;
    const subject = describeSubject(account, model === undefined ? {} : { model: model.id });
    const run = { asked: subject, answers: [...answersOf(flights, new Date())] };
    printError(await writeEvidence(WRITER, place, run));
  }
  if (found.every(({ kind }) => kind === "unknown")) {
    throw new CommandError(
      "nothing could be looked at; --help lists what the token in CLOUDFLARE_API_TOKEN needs",
    );
  }
  return !findings.some(({ kind }) => kind === "broken");
}

function columnsOf({ name }: Stack): readonly Column<Finding>[] {
  return [
    { title: "", cell: ({ kind }) => MARKS[kind] },
    { title: name, cell: ({ about }) => about },
    { title: "", cell: ({ message }) => message, isWhole: true },
  ];
}

/** Makes the JSON of a finding, with the field names that programs already read. */
function toJson({ kind, about, message }: Finding): object {
  return { kind, about, says: message };
}

/** Refuses evidence of a stack whose gateway would itself write a log, or its bodies. */
function checkEvidence(stack: Stack, evidence: string | undefined): Stack {
  const { logs } = stack.settings;
  if (evidence === undefined || isByWorkerAlone(logs)) return stack;
  throw new UsageError(
    `--evidence is ${JSON.stringify(evidence)}, and stack ${stack.name} collects ${logs.collect}; only one that collects metadata proves what the Worker's switches do`,
  );
}
