/**
 * Every link between the pages leads to a file that exists and, where it names a heading, to that heading; every other
 * path that a page names is that of a file.
 */
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

interface Link {
  readonly page: string;
  readonly target: string;
}

const pages = new Map<string, string>();
for await (const page of glob(["*.md", "docs/**/*.md"], { cwd: ROOT })) {
  pages.set(page, withoutCode(await readFile(join(ROOT, page), "utf8")));
}
const links = [...pages].flatMap(([page, text]) => linksOf(page, text));

test("every link between the pages leads to a file and a heading that exist", () => {
  expect(links.filter((link) => !leadsSomewhere(link))).toEqual([]);
  // A pattern that finds nothing would pass as well.
  expect(links.some(({ target }) => target.includes("#"))).toBe(true);
});

// A fork need not have our stacks, and its first edit must not break a link.
test("no page links to the policy page of one stack", () => {
  expect(links.filter(({ target }) => /\bpolicy\/[^#]/.test(target))).toEqual([]);
});

// A table's column of tests once named a file that nobody had.
test("every source and test that a page names exists", () => {
  const named = [...pages].flatMap(([page, text]) => pathsOf(text).map((path) => ({ page, path })));

  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(named.map(({ path }) => path)).toContain("test/local/local-model/");
});

/** Lists the paths of files below the folders of sources, and of folders of tests; `<group>.ts` and `*.ts` are patterns. */
function pathsOf(text: string): readonly string[] {
  const paths = text.matchAll(
    /(?<![\w./-])(?:infra|local|ops|policy|record|worker|test)\/[\w./<>*-]*/g,
  );
  return [...paths].flatMap(([path]) =>
    /\.[jt]s$|^test\/.*\/$/.test(path) && !/[<*]/.test(path) ? [path] : [],
  );
}

/** Links to other hosts are left out: they would need a network. */
function linksOf(page: string, text: string): readonly Link[] {
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => ({
    page,
    target,
  }));
}

function leadsSomewhere({ page, target }: Link): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : relative("", join(dirname(page), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(pages.get(file) ?? "").has(anchor);
}

/** A page's headings as GitHub writes them into addresses. Two headings with one text would be numbered; none are. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(headings.map((heading) => toAnchor(heading.replace(/\]\([^)]*\)/g, "]"))));
}

function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** Comments of a shell example look like headings. */
function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, "");
}
