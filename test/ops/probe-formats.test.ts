/** What the probe makes of models that take, and answer in, the form that is said of them, or do not. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { Client } from "../../ops/account/client.ts";
import { probeFormats } from "../../ops/probe/formats.ts";
import { spokenModels } from "../../ops/probe/models.ts";
import { startAccount } from "../support/account.ts";
import { listen } from "../support/listen.ts";
import { callOps } from "../support/ops-command.ts";
import { stackText, stackWith } from "../support/settings.ts";

const CHAT = { id: "xai/grok-5", speaks: "chat" } as const;
const RESPONSES = { id: "openai/gpt-5.6-terra", speaks: "responses" } as const;
const MESSAGES = { id: "anthropic/claude-sonnet-5", speaks: "messages" } as const;
const ANSWERS: Readonly<Record<string, object>> = {
  [CHAT.id]: { choices: [] },
  [RESPONSES.id]: { output: [] },
  [MESSAGES.id]: { content: [] },
};

interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A scratch gateway whose API answers as the test says; what it was asked. */
async function scratchWith(answer: (model: string) => Response) {
  const asked: Asked[] = [];
  const origin = await listen(async (request) => {
    const { model, input } = JSON.parse(await request.text());
    asked.push({ path: new URL(request.url).pathname, headers: request.headers, model, input });
    return answer(model);
  });
  const { signal } = new AbortController();
  const cloudflare = new Client({ apiToken: "t".repeat(40), baseURL: `${origin}/client/v4` });
  return {
    asked,
    scratch: { accountId: "a".repeat(32), cloudflare, gatewayId: "probe-1", signal },
  };
}

test("each model is asked once, in its own form, through the scratch gateway", async () => {
  const { asked, scratch } = await scratchWith((model) =>
    Response.json({ result: ANSWERS[model] }),
  );

  const answer = await probeFormats(scratch, [CHAT, RESPONSES, MESSAGES], "run-token");

  expect(answer).toMatchObject({
    question: "model-format",
    verdict: "kept",
    seen: "3 of 3 models answered in the format of the request: xai/grok-5 as chat is answered so, openai/gpt-5.6-terra as responses is answered so, anthropic/claude-sonnet-5 as messages is answered so",
  });
  expect(asked.map(({ path }) => path)).toEqual(
    Array.from({ length: 3 }, () => `/client/v4/accounts/${"a".repeat(32)}/ai/run`),
  );
  for (const { headers } of asked) {
    expect(headers.get("authorization")).toBe("Bearer run-token");
    expect(headers.get("cf-aig-gateway-id")).toBe("probe-1");
  }
  const messages = [{ role: "user", content: "Answer with one word." }];
  expect(asked.map(({ model, input }) => [model, input])).toEqual([
    [CHAT.id, { messages, max_completion_tokens: 16 }],
    [RESPONSES.id, { input: "Answer with one word.", max_output_tokens: 16, store: false }],
    [MESSAGES.id, { messages, max_tokens: 16 }],
  ]);
});

test.each<[string, () => Response, string, string]>([
  [
    "another form of the answer",
    () => Response.json({ output: [] }),
    "broken",
    "xai/grok-5 as chat is answered in another form",
  ],
  [
    "a refusal of the input",
    () => Response.json({ errors: [{ code: 5006 }] }, { status: 400 }),
    "broken",
    "xai/grok-5 as chat is refused with 400",
  ],
  [
    "a lack of credits in a 400",
    () => Response.json({ internalCode: 2021 }, { status: 400 }),
    "unknown",
    "xai/grok-5 as chat is refused with 400",
  ],
  [
    "a lack of credits",
    () => Response.json({}, { status: 402 }),
    "unknown",
    "xai/grok-5 as chat is refused with 402",
  ],
  [
    "a broken provider",
    () => new Response("<html>", { status: 502 }),
    "unknown",
    "xai/grok-5 as chat is refused with 502",
  ],
])("%s is judged", async (_, reply, verdict, seen) => {
  const { scratch } = await scratchWith(reply);

  const answer = await probeFormats(scratch, [CHAT], "t");

  expect(answer.verdict).toBe(verdict);
  expect(answer.seen).toContain(`0 of 1 model answered in the format of the request: ${seen}`);
});

test("of many models those in trouble are named", async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...CHAT, id: `xai/grok-${index}` }));
  const isWrong = (model: string) => model === "xai/grok-17";
  const { scratch } = await scratchWith((model) =>
    Response.json(isWrong(model) ? { error: {} } : { choices: [] }),
  );

  const { verdict, seen } = await probeFormats(scratch, many, "t");

  expect(verdict).toBe("broken");
  expect(seen).toContain(
    "19 of 20 models answered in the format of the request: xai/grok-17 as chat",
  );
  expect(seen.length).toBeLessThanOrEqual(300);
});

test("only models with a form of conversation that is not Workers AI's own are asked", () => {
  const models = [
    "@cf/a/b",
    { id: "@cf/openai/gpt-oss-20b", speaks: "responses" },
    "acme/large",
    "openai/text-embedding-3-small",
  ];
  const { settings } = stackWith("prod", { worker: { name: "w", models } });

  expect(spokenModels(settings.worker.models)).toEqual([
    { id: "@cf/openai/gpt-oss-20b", speaks: "responses" },
    { id: "acme/large", speaks: "chat" },
  ]);
});

test("the command asks the third parties' models of a stack, where it has a token to call them", async () => {
  const running = await startAccount();
  const folder = await mkdtemp(join(tmpdir(), "probe-"));
  onTestFinished(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
  });
  const text = stackText("dev").replace('"@cf/openai/gpt-oss-120b"', "openai/gpt-5-mini");
  await writeFile(join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
  await writeFile(join(folder, "Pulumi.dev.yaml"), text);
  const ask = (environment: Readonly<Record<string, string>>) =>
    callOps(
      "probe",
      ["--stack", "dev", "--data-url", running.url.href, "--yes", "--wait", "1"],
      {
        CLOUDFLARE_BASE_URL: running.apiUrl,
        CLOUDFLARE_API_TOKEN: running.key,
        CLOUDFLARE_ACCOUNT_ID: running.accountId,
        ...environment,
      },
      folder,
    );

  const [silent, asking] = [await ask({}), await ask({ AI_GATEWAY_RUN_TOKEN: running.key })];

  const named = "openai/gpt-5-mini as chat";
  expect(silent.stdout).not.toContain(named);
  expect(asking.stdout).toContain(named);
});
