import { expect, test } from "vitest";

import { changedFirst, reviewMarkdown, reviewText } from "../../policy/review/render.ts";
import { isRefused, reviewStacks, toJson } from "../../policy/review/review.ts";
import { stackText, toProject } from "../support/settings.ts";

const TODAY = "2026-11-22";
const DEV = stackText("dev");
const PROD = stackText("prod");
const OPEN_PROD = PROD.replace("collect: metadata", "collect: full");

async function review(files: Record<string, string>, before?: Record<string, string>) {
  const reviews = await reviewStacks(toProject(files), {
    before: before && toProject(before),
    today: TODAY,
  });
  return {
    refused: reviews.filter(isRefused).map(({ stack }) => stack),
    text: reviews.map(reviewText).join("\n"),
    markdown: reviews.map(reviewMarkdown).join("\n"),
    json: JSON.stringify(reviews.map(toJson)),
  };
}

test("the shipped stacks pass, with a word on the callers they lack", async () => {
  const { refused, text, json } = await review({ dev: DEV, prod: PROD });

  expect(refused).toEqual([]);
  expect(JSON.parse(json)).toMatchObject([
    { stack: "dev", kind: "reviewed" },
    { stack: "prod", kind: "reviewed" },
  ]);
  expect(text.match(/warning .*\[no-callers\]/g)).toHaveLength(2);
});

test("a change that keeps bodies in production is refused, and told in every format", async () => {
  const told = await review({ dev: DEV, prod: OPEN_PROD }, { dev: DEV, prod: PROD });

  expect(told.refused).toEqual(["prod"]);
  expect(told.text).toContain(
    "  error    ai-gateway:logs.collect is full; a production stack must not store prompts and answers: set it to metadata or none [bodies-in-production]",
  );
  expect(told.text).toContain("\n  less private: logs.collect metadata → full\n");
  expect(told.text).toMatch(/^dev {2}gateway shop-dev, development: no setting changes; .*$/m);
  expect(told.markdown).toContain("- **error** ai-gateway:logs.collect is full; ");
  expect(told.markdown).toContain("| less private | logs.collect | metadata | full |  |");
  expect(JSON.parse(told.json)).toMatchObject([
    { stack: "dev", kind: "reviewed", difference: { kind: "changed", changes: [] } },
    {
      stack: "prod",
      findings: [
        { rule: "bodies-in-production", severity: "error", path: "logs.collect" },
        { rule: "no-callers", severity: "warning" },
        { rule: "streams-on-free", severity: "warning" },
        { rule: "account-not-declared", severity: "warning" },
      ],
      difference: { changes: [{ path: "logs.collect", effect: "less private" }] },
    },
  ]);
});

test("a neutral change that breaks callers has a mark, and what ends, in every format", async () => {
  const fewer = PROD.replace('      - "@cf/openai/gpt-oss-120b"\n', "");
  const told = await review({ prod: fewer }, { prod: PROD });

  const ends = "requests for @cf/openai/gpt-oss-120b get 404";
  expect(told.text).toContain(
    `  neutral, breaks callers: worker.models.@cf/openai/gpt-oss-120b present → absent (${ends})\n`,
  );
  expect(told.markdown).toMatch(/\| neutral, breaks callers \| .* \| requests for .* get 404 \|/);
  expect(JSON.parse(told.json)).toMatchObject([{ difference: { changes: [{ ends }] } }]);
});

test("a review of production begins with what no account has shown", async () => {
  const { text, markdown } = await review({ dev: DEV, prod: PROD });

  const unproved =
    "That bodies stay out of logs is proved on no account yet (run npm run probe first)";
  expect(text).toContain(`prod  gateway shop-prod, production; t${unproved.slice(1)}\n`);
  expect(text).toContain("dev  gateway shop-dev, development\n");
  expect(markdown).toContain(`## Stack prod\n\n**${unproved}.**\n`);
});

test("an unchanged stack of production is one sentence, and ends with what is not proved", async () => {
  const { text } = await review({ prod: PROD }, { prod: PROD });

  expect(text).toMatch(
    /^prod {2}gateway shop-prod, production: no setting changes; .*; that bodies stay out of logs is proved on no account yet \(run npm run probe first\)$/,
  );
});

test("what changes comes first, in a review and among them; an unchanged stack is one line", async () => {
  const [dev, prod] = await reviewStacks(toProject({ dev: DEV, prod: OPEN_PROD }), {
    before: toProject({ dev: DEV, prod: PROD }),
    today: TODAY,
  });
  if (dev === undefined || prod === undefined) throw new Error("no reviews");

  expect(changedFirst([dev, prod])).toEqual([prod, dev]);
  expect(reviewText(dev)).toBe(
    "dev  gateway shop-dev, development: no setting changes; warned of no-callers",
  );
  expect(reviewMarkdown(dev)).toBe("## Stack dev\n\nNo setting changes; warned of no-callers.");
  for (const text of [reviewText(prod), reviewMarkdown(prod)]) {
    expect(text.indexOf("less private")).toBeLessThan(text.indexOf("bodies-in-production"));
  }
});

test("an unchanged stack that breaks a rule, or is excused from one, says so", async () => {
  const waivers =
    "  ai-gateway:waivers: [{ rule: bodies-in-production, reason: audit of December, until: 2026-12-31 }]\n";
  const broken = await review({ prod: OPEN_PROD }, { prod: OPEN_PROD });
  const excused = await review({ prod: OPEN_PROD + waivers }, { prod: OPEN_PROD + waivers });

  expect(broken.text).toContain(
    "  no setting changes\n\n  error    ai-gateway:logs.collect is full",
  );
  expect(excused.text).toMatch(
    /^prod .*; excused from bodies-in-production until 2026-12-31 because audit of December$/,
  );
});

test("stacks that come, go or could not be read before are told as such", async () => {
  const { refused, text, markdown } = await review(
    { dev: DEV, prod: PROD },
    {
      gone: DEV.replace("gatewayId: shop-dev", "gatewayId: old"),
      prod: PROD.replace("tier: production", "tier: gold"),
    },
  );

  expect(refused).toEqual([]);
  for (const told of [text, markdown]) {
    expect(told).toMatch(/[Tt]he stack (is new|did not exist before)/);
    expect(told).toMatch(
      /before cannot be read by this version:\s+(- \*\*before\*\* )?ai-gateway:tier is "gold"/,
    );
    expect(told).toMatch(
      /gone.*[Ii]ts file is gone: nothing here deploys it any more.*; to delete that, restore the file, then npm run destroy/s,
    );
    expect(told).not.toContain("pulumi destroy");
  }
});

test("a file that cannot be read is refused with all that is wrong, and the others are reviewed", async () => {
  const { refused, text, markdown } = await review({
    a: "config: [1\n",
    dev: DEV,
    z: "environment: [x]\nconfig: {}\n",
  });

  expect(refused).toEqual(["a", "z"]);
  expect(text).toMatch(/^a {2}cannot be deployed\n {2}error {4}the file is not YAML: /);
  expect(text).toContain("z  cannot be deployed\n  error    ai-gateway:gatewayId is missing; ");
  expect(text.match(/variables of the deploy that come from there are unknown here/g)).toHaveLength(
    1,
  );
  expect(text).toContain("dev  gateway shop-dev, development");
  expect(markdown).toContain("- **error** the file is not YAML: ");
});

test("an exception is told beside the findings, in every format for people", async () => {
  const waivers =
    "  ai-gateway:waivers: [{ rule: bodies-in-production, reason: audit of December, until: 2026-12-31 }]\n";
  const { refused, text, markdown } = await review({ prod: OPEN_PROD + waivers });

  expect(refused).toEqual([]);
  expect(text).toContain(
    "\n  excused  from bodies-in-production until 2026-12-31 because audit of December\n",
  );
  expect(markdown).toContain(
    "- **excused** from bodies-in-production until 2026-12-31 because audit of December",
  );
});

test("rules between stacks look at the other files of the change", async () => {
  const { refused } = await review({ dev: DEV, twin: DEV });

  expect(refused).toEqual(["dev", "twin"]);
});

test("text of a stack file cannot become markup of a review", async () => {
  const evil = "<img src=x> | [a](b) `c`";
  const prod = PROD.replace("tier: production", `tier: "${evil}"`);
  const { markdown } = await review({ prod });

  expect(markdown).not.toMatch(/(?<!\\)<img/);
  expect(markdown).toContain(String.raw`\<img src=x\> \| \[a\](b) \`c\``);
});

test("no planted secret appears in any format", async () => {
  const secrets = `
  ai-gateway:callers: [{ name: web, sha256: { secure: planted-one } }, { name: app, sha256: planted-two }]
  ai-gateway:exports: [{ kind: otel, url: "https://a.example.com", headers: { K: planted-three, L: { secure: planted-four } } }]
  ai-gateway:accountId: { secure: planted-five }
`;
  const { text, markdown, json } = await review({ dev: DEV + secrets }, { dev: DEV });

  expect(text).toContain("callers[1].sha256 has a value that is not allowed");
  expect(text).toContain("exports[0].headers.K is a secret and stands in the file in clear");
  expect(text + markdown + json).not.toContain("planted");
});
