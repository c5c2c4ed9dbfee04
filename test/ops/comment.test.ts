import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
import fc from "fast-check";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";

import { reviewStacks, toJson } from "../../policy/review/review.ts";
import { callOps } from "../support/ops-command.ts";
import { stackText, toProject } from "../support/settings.ts";

const RUN = "https://github.test/you/gateway/actions/runs/7";
const WAIVER = (until: string) =>
  `  ai-gateway:waivers: [{ rule: gateway-replaced, reason: it gets its final name, until: ${until} }]\n`;
const DEV = stackText("dev");
const PROD = stackText("prod");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "comment-"));
  await mkdir(join(folder, "previews"));
});
afterEach(() => rm(folder, { recursive: true }));

test("the change of the policy stands first, then what the preview counts", async () => {
  await writeReview({ dev: DEV.replace("collect: full", "collect: metadata") }, { dev: DEV });
  await writePreview("dev", [
    ["create", "a:b:C::one"],
    ["update", "a:b:C::two"],
    ["update", "a:b:C::three"],
    ["import", "a:b:C::four"],
  ]);

  const { code, stdout, bodies } = await comment();

  expect({ code, stdout }).toEqual({ code: 0, stdout: "dev  not refused\n" });
  expect(bodies["dev"]).toBe(`<!-- ai-gateway policy of stack dev -->
## Stack \`dev\`

**The policy changes:**

- **more private** \`logs.collect\` \`full\` → \`metadata\`

- **warning** \`ai-gateway:callers is empty; a Worker must have callers: add one with npm run caller (README, “Deploy”) [no-callers]\`

Gateway \`shop-dev\`, \`development\`, fingerprint \`${fingerprintIn(bodies["dev"])}\`.

**Preview:** 1 to create, 2 to update, 0 to replace, 0 to delete; also \`import\`.

Of commit 0123456789. [The review and the preview in full](${RUN})
`);
});

test("changed code that keeps the policy stands before all of it", async () => {
  await writeReview({ dev: DEV }, { dev: DEV }, [{ kind: "code", files: ["worker/a.ts"] }]);
  await writePreview("dev");

  const { bodies } = await comment();

  expect(bodies["dev"]).toMatch(
    /## Stack `dev`\n\n\*\*Read this first:\*\* what is stated below rests on 1 file that differs from the base\.\n\n- `worker\/ \(1\)` `worker\/a\.ts`\n\n\*\*No setting changes\.\*\*/,
  );
});

test("a part of the review that is not known here is not passed over", async () => {
  await writeReview({ dev: DEV }, { dev: DEV }, [{ kind: "novel", problems: [] }]);
  await writePreview("dev");

  const { bodies } = await comment();

  expect(bodies["dev"]).toContain("**The review has a part that this comment cannot show.**");
});

test.each(["replace", "create-replacement", "delete-replaced", "delete", "discard", "vanish"])(
  "a gateway that a preview would %s is marked, and refused without a waiver",
  async (op) => {
    await writeReview({ dev: DEV }, { dev: DEV });
    await writePreview("dev", [[op, GATEWAY]]);

    const { code, stdout, bodies } = await comment();

    expect({ code, stdout }).toEqual({ code: 1, stdout: "dev  refused: see its comment\n" });
    expect(bodies["dev"]).toMatch(
      /\n> \[!CAUTION\]\n> - `[a-z]+` of gateway `gateway`\n>\n> With it go its logs.* Refused: .*\[gateway-replaced\]\.\n/,
    );
  },
);

test.each(["same", "read", "refresh", "create", "update", "import"])(
  "a gateway that a preview would %s is kept",
  async (op) => {
    await writeReview({ dev: DEV }, { dev: DEV });
    await writePreview("dev", [[op, GATEWAY]]);

    const { code, bodies } = await comment();

    expect(code).toBe(0);
    expect(bodies["dev"]).not.toContain("[!");
  },
);

test("a replacement of several steps is one, and of another resource no gateway's", async () => {
  await writeReview({ dev: DEV }, { dev: DEV });
  await writePreview("dev", [
    ["create-replacement", "cloudflare:index/r2Bucket:R2Bucket::gateway"],
    ["replace", "cloudflare:index/r2Bucket:R2Bucket::gateway"],
    ["delete-replaced", "cloudflare:index/r2Bucket:R2Bucket::gateway"],
  ]);

  const { code, bodies } = await comment();

  expect(code).toBe(0);
  expect(bodies["dev"]).toContain("0 to create, 0 to update, 1 to replace, 0 to delete.");
});

test("a waiver of the stack file lets a gateway go, to the end of its last day", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-22T23:59:59.999Z") });
  onTestFinished(() => void vi.useRealTimers());
  await writeReview({ dev: DEV + WAIVER("2026-11-22"), prod: PROD + WAIVER("2026-11-21") });
  await writePreview("dev", [["replace", GATEWAY]]);
  await writePreview("prod", [["replace", GATEWAY]]);

  const { code, stdout, bodies } = await comment();

  expect(code).toBe(1);
  expect(stdout).toBe("dev  not refused\nprod  refused: see its comment\n");
  expect(bodies["dev"]).toContain(
    `Excused by the waiver of gateway-replaced until 2026-11-22: \`it gets its final name\`.`,
  );
});

test("a waiver that excuses nothing is named", async () => {
  await writeReview({ dev: DEV + WAIVER("2999-12-31") });
  await writePreview("dev");

  const { code, bodies } = await comment();

  expect(code).toBe(0);
  expect(bodies["dev"]).toContain("A waiver of gateway-replaced excuses nothing here");
});

// Unknown must not read as "no change".
test("a preview that was due and is missing is refused; one that was not due is not", async () => {
  await writeReview({ dev: DEV }, { dev: DEV });

  const due = await comment();
  const notDue = await comment({ previews: [] });

  expect([due.code, notDue.code]).toEqual([1, 0]);
  expect(due.bodies["dev"]).toContain("> [!CAUTION]\n> No preview of this stack arrived");
  expect(notDue.bodies["dev"]).toContain("**No preview:** previews are off");
});

test("stacks that cannot be read, are new or are gone have their comments too", async () => {
  await writeReview(
    { a: "config: [1\n", b: DEV, c: DEV },
    {
      c: DEV.replace("tier: development", "tier: gold"),
      gone: DEV.replace("gatewayId: shop-dev", "gatewayId: old"),
    },
  );

  const { code, bodies } = await comment({ previews: [] });

  expect(code).toBe(0);
  expect(bodies["a"]).toContain(
    "**It cannot be deployed:**\n\n- **error** `the file is not YAML: ",
  );
  expect(bodies["b"]).toContain("**The stack is new.**");
  expect(bodies["c"]).toContain(
    "**The file before cannot be read by this version:**\n\n- **error**",
  );
  expect(bodies["gone"]).toMatch(
    /\*\*Its file is gone:\*\* .* restore the file, then npm run destroy/,
  );
});

test("a stack that is gone needs no preview", async () => {
  await writeReview({ dev: DEV }, { dev: DEV, gone: DEV });
  await writePreview("dev");

  expect((await comment()).code).toBe(0);
});

test("a list without end is cut, so that GitHub takes the comment", async () => {
  const files = Array.from({ length: 5000 }, (_, index) => `worker/${"x".repeat(250)}${index}.ts`);
  const unknown = Array.from({ length: 500 }, (_, index) => `  ai-gateway:x${index}: 1\n`).join("");
  await writeReview({ dev: DEV + unknown }, { dev: DEV }, [{ kind: "code", files }]);

  const { bodies } = await comment({ previews: [] });

  expect(bodies["dev"]).toContain(" and 4995 more");
  expect(bodies["dev"]).toMatch(/\n- … and \d+ more in the review\n/);
  expect(bodies["dev"]?.length).toBeLessThan(65_536);
});

const HOSTILE = [
  "@team",
  "`@team` and ``#1``",
  "[x](https://evil.test)",
  "![x](https://evil.test/x.png)",
  "https://evil.test www.evil.test",
  "<img src=x onerror=alert(1)>",
  "<!-- --> <details>",
  "a\n\n# heading\n> [!CAUTION]\n",
  "```\n::set-output name=x::y\n```",
  "::error::x",
  "\u001B[2J\u202Etxt\u2028",
  "x | y | z",
  "\\`@team",
  "&#64;team",
];

test.each(HOSTILE)("%j reaches the comment in code alone, wherever it stands", async (evil) => {
  expect(await skeletonOf(evil)).toBe(await skeletonOf("plain"));
});

test("no text at all leaves its code", async () => {
  const parts = fc.constantFrom(
    "`",
    "``",
    "\\",
    "\n",
    "|",
    "@a",
    "<b>",
    "[x](y)",
    " ",
    "$",
    "\u2028",
  );
  const texts = fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 }).map((all) => all.join(""));
  const plain = await skeletonOf("plain");

  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await skeletonOf(text)).toBe(plain);
    }),
    { numRuns: 60 },
  );
});

test("a setting's own hostile text goes the same way from its file to the comment", async () => {
  const text = "@team [x](https://evil.test) <img src=x> `code`";
  const waiver = `  ai-gateway:waivers: [{ rule: no-callers, reason: "${text}", until: 2026-12-31 }]\n`;
  await writeReview({
    dev: DEV + waiver,
    prod: PROD.replace("tier: production", `tier: "${text}"`),
  });

  const { bodies } = await comment({ previews: [] });

  expect(bodies["dev"]).toContain(`until 2026-12-31 because \`\` ${text} \`\``);
  for (const body of Object.values(bodies)) expect(withoutCode(body)).not.toMatch(/@|evil|<img/);
});

test.each([
  ["a link", async (file: string) => symlink("/etc/passwd", file), "is a link or a folder"],
  ["no JSON", (file: string) => writeFile(file, "\n::error::x"), "is not of the expected shape"],
  ["another shape", (file: string) => writeFile(file, '{"steps":[{"op":1}]}'), "at steps.0.op"],
  ["no step", (file: string) => writeFile(file, '{"steps":[]}'), "at steps"],
  ["an empty object", (file: string) => writeFile(file, "{}"), "at steps"],
])("a preview that is %s ends with 2, and nothing of it is repeated", async (_, write, message) => {
  await writeReview({ dev: DEV });
  await write(join(folder, "previews/dev.json"));

  const { code, stderr } = await comment();

  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/::error|root:/);
});

test.each([
  [[{ kind: "reviewed", stack: "../x" }]],
  [[{ kind: "removed", stack: ".." }]],
  [[{ kind: "removed", stack: "x".repeat(101) }]],
  [[{ kind: "removed", stack: "a b" }]],
  [[{ kind: "reviewed", stack: "dev" }]],
  [[]],
  [{}],
])("a review that is %j is refused whole", async (parts) => {
  await writeFile(join(folder, "review.json"), JSON.stringify(parts));

  expect((await comment()).code).toBe(2);
  expect(await readdir(folder)).toEqual(["previews", "review.json"]);
});

test("wrong words end with 2, all of them named", async () => {
  const { code, stderr } = await callOps("comment", ["--run", "x", "--commit", "y"]);

  expect(code).toBe(2);
  for (const name of ["--review", "--out", "--run", "--commit"]) expect(stderr).toContain(name);
});

test("a place for comments that is a file ends with 2 and one sentence", async () => {
  await writeReview({ dev: DEV });
  await writeFile(join(folder, "out"), "");

  const { code, stderr } = await comment();

  expect(code).toBe(2);
  const where = `--out is "${join(folder, "out")}"`;
  expect(stderr).toBe(`error: ${where} and cannot be made: there is a file already\n`);
});

test.each([[[]], [["--run", "", "--commit", ""]]])("after %j each is missing", async (words) => {
  const { stderr } = await callOps("comment", ["--review", "r", "--out", "o", ...words]);

  expect(stderr).toContain("--run is missing; allowed is an address such as https://");
  expect(stderr).toContain("--commit is missing; allowed is the hash of a commit");
});

// As the provider's own class says it, and as the engine writes it below a component.
const GATEWAY = `ai-gateway:index:Gateway$${Reflect.get(AiGateway, "__pulumiType")}::gateway`;

async function writeReview(
  files: Record<string, string>,
  before?: Record<string, string>,
  others: readonly object[] = [],
): Promise<void> {
  const reviews = await reviewStacks(toProject(files), {
    before: before && toProject(before),
    today: "2026-11-22",
  });
  await writeFile(join(folder, "review.json"), JSON.stringify([...others, ...reviews.map(toJson)]));
}

/** `steps` are operations and the ends of their URNs, after the stack's own step. */
async function writePreview(stack: string, steps: readonly (readonly [string, string])[] = []) {
  const all = [["same", `pulumi:pulumi:Stack::ai-gateway-${stack}`], ...steps];
  const digest = {
    config: { "ai-gateway:x": "not printed" },
    steps: all.map(([op, end]) => ({ op, urn: `urn:pulumi:${stack}::ai-gateway::${end}` })),
    changeSummary: { same: 1 },
  };
  await writeFile(join(folder, "previews", `${stack}.json`), JSON.stringify(digest));
}

async function comment({ previews = ["--previews", join(folder, "previews")] } = {}) {
  const review = ["--review", join(folder, "review.json"), "--out", join(folder, "out")];
  const source = ["--run", RUN, "--commit", "0123456789"];
  const ended = await callOps("comment", [...review, ...source, ...previews]);
  const names = await readdir(join(folder, "out")).catch(() => []);
  const read = names.map(async (name): Promise<[string, string]> => [
    name.replace(/\.md$/, ""),
    await readFile(join(folder, "out", name), "utf8"),
  ]);
  return {
    ...ended,
    bodies: Object.fromEntries(await Promise.all(read)) as Record<string, string>,
  };
}

/** A comment in which every foreign text is this one, without what stands in code. */
async function skeletonOf(text: string): Promise<string> {
  const problem = { path: text, message: text };
  const values = { path: text, from: text, to: text, effect: "less private" };
  const change = { ...values, because: text, ends: text };
  const waiver = { rule: "gateway-replaced", until: "2999-12-31", reason: text };
  const statement = { gatewayId: text, tier: text, fingerprint: text, waivers: [waiver] };
  const reviewed = { kind: "reviewed", environments: [text], statement };
  const unreadable = { kind: "unreadable before", problems: [problem] };
  const parts = [
    { kind: "code", files: [`worker/${text}`] },
    {
      ...reviewed,
      stack: "a",
      findings: [{ ...problem, severity: "error" }],
      difference: { kind: "changed", changes: [change] },
    },
    { ...reviewed, stack: "b", findings: [], difference: unreadable },
    { kind: "unreadable", stack: "c", problems: [problem], environments: [] },
  ];
  await writeFile(join(folder, "review.json"), JSON.stringify(parts));
  for (const stack of ["a", "b", "c"]) {
    await writePreview(stack, [
      ["replace", GATEWAY.replace("::gateway", `::${text}`)],
      [`x${text}`, "a:b:C::d"],
    ]);
  }
  const { bodies } = await comment();
  return withoutCode(Object.values(bodies).join("\n"));
}

/** Reads code as CommonMark does: a run of grave accents up to the next run of the same length, within a line. */
function withoutCode(body: string): string {
  return body.replaceAll(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g, "□");
}

function fingerprintIn(body: string | undefined): string | undefined {
  return /fingerprint `([0-9a-f]{16})`/.exec(body ?? "")?.[1];
}
