/** Examines this machine: the Node that Pulumi would run, Pulumi's CLI, and where it keeps state. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { quote } from "../../policy/looks-secret.ts";
import { finding, type Finding } from "../look/finding.ts";

const PACKAGE = join(import.meta.dirname, "../../package.json");

/** Looks for what `pulumi up` needs here, with the PATH of a shell outside npm. */
export async function checkMachine(
  environment: NodeJS.ProcessEnv,
  packageFile = PACKAGE,
): Promise<readonly Finding[]> {
  const { engines, dependencies } = JSON.parse(readFileSync(packageFile, "utf8"));
  const env = { ...environment, PATH: withoutPackages(environment["PATH"] ?? "") };
  const [node, cli] = await Promise.all([
    run("node", ["--version"], env),
    run("pulumi", ["version"], env),
  ]);
  return [
    judgeNode(node, String(engines.node).replace(/^\D+/, "")),
    judgeCli(cli, String(dependencies["@pulumi/pulumi"])),
    ...(cli.kind === "absent" ? [] : [judgeLogin(await run("pulumi", ["whoami"], env))]),
  ];
}

/** Removes what npm puts first for its scripts: the Node of the project among them. */
function withoutPackages(path: string): string {
  const folders = path.split(delimiter).filter((folder) => !/node_modules[/\\]\.bin/.test(folder));
  return folders.join(delimiter);
}

/** What became of a program: that there is none, or its exit code, with what it printed. */
type Ran =
  | { readonly kind: "absent" }
  | { readonly kind: "ended"; readonly isSuccess: boolean; readonly text: string };

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    // Pulumi waits for an answer on stdin where it is not logged in.
    const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: 20_000 };
    const child = execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error !== null && Object(error).code === "ENOENT") return resolve({ kind: "absent" });
      const text = stdout.trim() || stderr.trim().split("\n")[0] || "";
      return resolve({ kind: "ended", isSuccess: error === null, text });
    });
    child.stdin?.end();
  });
}

function judgeNode(node: Ran, least: string): Finding {
  const bare = "pulumi up by itself needs it";
  const remedy = `install Node ${least} or newer, or run npm run pulumi -- up, with the project's own (not on macOS)`;
  if (node.kind === "absent") {
    return { ...finding("warning", "Node", `is not on PATH; ${bare}`), remedy };
  }
  if (!node.isSuccess || isOlder(node.text, least)) {
    const message = `on PATH is ${quote(node.text)}; ${bare}, ${least} or newer`;
    return { ...finding("warning", "Node", message), remedy };
  }
  return finding("kept", "Node", `${node.text}, for pulumi up by itself`);
}

function judgeCli(cli: Ran, wanted: string): Finding {
  const about = "Pulumi CLI";
  const remedy = "install it: https://www.pulumi.com/docs/install/";
  if (cli.kind === "absent") return { ...finding("broken", about, "is not on PATH"), remedy };
  if (!cli.isSuccess) {
    return { ...finding("broken", about, `does not run: ${quote(cli.text)}`), remedy };
  }
  if (isOlder(cli.text, wanted)) {
    const message = `is ${cli.text}, older than the project's Pulumi package, ${wanted}`;
    return { ...finding("warning", about, message), remedy: "update it where something fails" };
  }
  return finding("kept", about, cli.text);
}

function judgeLogin(login: Ran): Finding {
  const about = "Pulumi's state";
  if (login.kind === "ended" && login.isSuccess) return finding("kept", about, "logged in");
  const remedy = "pulumi login, or pulumi login --local for state on this machine";
  return { ...finding("broken", about, "not logged in anywhere"), remedy };
}

/** Compares versions such as `v24.21.0`; what is none counts as older. */
function isOlder(version: string, least: string): boolean {
  const [, ...found] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const [major = -1, minor = -1] = found.map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = least.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
