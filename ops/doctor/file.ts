/** Examines a stack file: whether it can be deployed, and whether a stand-in is left in it. */
import { quote } from "../../policy/looks-secret.ts";
import { describeFinding } from "../../policy/rules/rules.ts";
import { reviewStacks } from "../../policy/review/review.ts";
import { formatPath, type Path } from "../../policy/settings/schema.ts";
import { readStackOf } from "../../policy/stack/read-stack.ts";
import type { StackFile } from "../../policy/stack/stack-file.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { parseJson } from "../../policy/json.ts";
import { checkStacks, readEvidenceOf, readFiles } from "../cli/stacks.ts";
import { finding, type Finding } from "../look/finding.ts";
import { checkPage } from "../verify/page.ts";

interface Examined {
  /** Undefined where the file declares none. */
  readonly stack: Stack | undefined;
  readonly findings: readonly Finding[];
}

/** Examines the file of a stack. Throws a UsageError where the project has no such stack. */
export async function checkFile(name: string): Promise<Examined> {
  const folder = process.cwd();
  const project = readFiles(folder);
  checkStacks([name], [...project.stacks.keys()]);
  const today = new Date().toISOString().slice(0, 10);
  const reviews = await reviewStacks(project, { evidence: readEvidenceOf(folder), today });
  const read = readStackOf(project, name);
  const findings = [
    ...reviews.flatMap((review) => {
      if (review.kind === "project") return review.problems.map(asBroken);
      if (review.stack !== name) return [];
      if (review.kind === "unreadable") return review.problems.map(asBroken);
      return review.kind === "reviewed" ? review.findings.map(asFinding) : [];
    }),
    ...findStandIns(read.file),
    ...(read.ok ? await checkPage(read) : []),
  ];
  const file = `Pulumi.${name}.yaml`;
  const isFine = findings.every(({ kind }) => kind !== "broken");
  return {
    stack: read.ok ? read.stack : undefined,
    findings: isFine ? [finding("kept", file, "can be deployed"), ...findings] : findings,
  };
}

function asBroken({ path, message }: { readonly path: string; readonly message: string }): Finding {
  return finding("broken", path || "file", message);
}

function asFinding(found: Parameters<typeof describeFinding>[0]): Finding {
  const { path, message } = describeFinding(found);
  return finding(found.severity === "error" ? "broken" : "warning", path || "file", message);
}

// What Pulumi writes is one long run: a version, a nonce and a text in base64, or the last alone.
const CIPHER = /^[\w+/=:-]{24,}$/;

// https://www.rfc-editor.org/rfc/rfc2606
const RESERVED = /(?:^|\.)example\.(?:com|net|org)$|\.(?:example|test|invalid)$/;

/** Finds secrets that nothing encrypted, and addresses that belong to nobody. */
function findStandIns(file: StackFile | undefined): readonly Finding[] {
  const values = Object.entries(file?.values ?? {});
  return values.flatMap(([key, text]) => findIn([key], parseJson(text, text)));
}

function findIn(path: Path, value: unknown): readonly Finding[] {
  if (typeof value === "string") return findHost(path, value);
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  const [[key, text] = []] = entries;
  if (entries.length === 1 && key === "secure" && typeof text === "string") {
    return CIPHER.test(text) ? [] : [noCipher(formatPath(path))];
  }
  const isList = Array.isArray(value);
  return entries.flatMap(([each, item]) => findIn([...path, isList ? Number(each) : each], item));
}

function noCipher(path: string): Finding {
  const message = "has a stand-in under secure, and nothing that Pulumi has encrypted";
  const remedy = `pulumi config set --secret --path 'ai-gateway:${path}'`;
  return { ...finding("broken", path, message), remedy };
}

function findHost(path: Path, text: string): readonly Finding[] {
  const name = formatPath(path);
  const host = name === "worker.domain" ? text : hostIn(text);
  if (!RESERVED.test(host)) return [];
  const message = `is at ${quote(host)}, a name for documentation, which belongs to nobody`;
  return [{ ...finding("broken", name, message), remedy: "write your own" }];
}

/** Returns the host of a URL or of an e-mail address; empty where a text is neither. */
function hostIn(text: string): string {
  const [, ofEmail] = /^[^\s@/]+@([^\s@/]+)$/.exec(text) ?? [];
  return ofEmail ?? URL.parse(text)?.hostname ?? "";
}
