import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { readStackFiles } from "../infra/project-files.ts";
import { quote } from "../policy/looks-secret.ts";
import { reasonOf } from "../policy/reason.ts";
import { stackOf } from "../policy/stack/project.ts";
import { ROOT } from "./paths.js";
import { print, printError, printFault } from "./print.ts";
import { StackError } from "./stack-error.ts";

export interface Args {
  readonly stack: string;
  readonly upstream: URL | undefined;
  readonly port: number | undefined;
  /** Where traces go, in place of the collectors that its gateways and Workers declare. */
  readonly traces: URL | undefined;
  /** Whether to print what points Cloudflare's own tools at the local account. */
  readonly api: boolean;
  /** Whether to serve an account in which the stack declares nothing. */
  readonly empty: boolean;
}

/**
 * Runs a command with its arguments. Wrong arguments print the usage, a StackError prints its
 * message; both set the exit code. Anything else is our own fault, and keeps its stack trace.
 */
export async function runCommand(usage: string, run: (args: Args) => Promise<void>): Promise<void> {
  const args = readArgs(usage);
  if (args === undefined) return;
  await run(args).catch((error: unknown) => {
    if (error instanceof StackError) {
      printError(`error: ${error.message}`);
      process.exitCode = 1;
      return;
    }
    printFault(error);
    process.exit(1);
  });
}

/** Reads the arguments; undefined when they request help, or are wrong, which sets the exit code. */
function readArgs(usage: string): Args | undefined {
  try {
    const { values } = parseArgs({
      options: {
        stack: { type: "string", default: "dev" },
        upstream: { type: "string" },
        traces: { type: "string" },
        port: { type: "string" },
        api: { type: "boolean", default: false },
        empty: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      print(usage);
      return undefined;
    }
    if (values.upstream !== undefined && !usage.includes("--upstream")) {
      throw new Error("--upstream is for npm start; wrangler dev asks the real Workers AI");
    }
    for (const name of ["api", "empty", "traces"] as const) {
      const isGiven = values[name] !== undefined && values[name] !== false;
      if (isGiven && !usage.includes(`--${name}`)) throw new Error(`--${name} is for npm start`);
    }
    return {
      api: values.api,
      empty: values.empty,
      stack: parseStack(values.stack),
      upstream: parseUrl("--upstream", values.upstream, "http://127.0.0.1:11434/v1"),
      traces: parseUrl("--traces", values.traces, "http://127.0.0.1:4318/v1/traces"),
      port: parsePort(values.port),
    };
  } catch (error) {
    printError(`error: ${reasonOf(error)}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

function parseStack(text: string): string {
  if (!/^[a-zA-Z0-9_.-]+$/.test(text)) {
    throw new Error(`--stack is ${quote(text)}; allowed are letters, digits, _, . and -`);
  }
  const file = `Pulumi.${text}.yaml`;
  if (stackOf(file) !== undefined && existsSync(join(ROOT, file))) return text;
  const names = [...readStackFiles(ROOT).keys()].join(", ") || "none";
  throw new Error(`--stack is ${quote(text)}; the project has ${names}`);
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_000) return port;
  throw new Error(`--port is ${quote(text)}; allowed is a whole number from 1024 to 65000`);
}

function parseUrl(name: string, text: string | undefined, example: string): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && url.username + url.password !== "") {
    throw new Error(
      `${name} holds a user name or a password, which is not supported; leave it out`,
    );
  }
  if (url !== null && ["http:", "https:"].includes(url.protocol)) return url;
  throw new Error(`${name} is ${quote(text)}; allowed is a URL such as ${example}`);
}
