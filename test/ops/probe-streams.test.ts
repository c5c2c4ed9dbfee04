/** What the probe makes of models whose streams are clean, or are not. */
import { expect, onTestFinished, test } from "vitest";

import { Client } from "../../ops/account/client.ts";
import { probeStreams } from "../../ops/probe/streams.ts";
import { startAccount } from "../support/account.ts";
import { listen } from "../support/listen.ts";
import { eventsOf, type Shape } from "../support/wire.ts";

const CHAT = { id: "xai/grok-5", speaks: "chat" } as const;
const RESPONSES = { id: "openai/gpt-5.6-terra", speaks: "responses" } as const;
const MESSAGES = { id: "anthropic/claude-sonnet-5", speaks: "messages" } as const;
const CONTENT = { text: "One two", calls: [{ name: "look", arguments: { at: 5 } }] };

/** A scratch gateway whose API answers as the test says; what it was asked. */
async function scratchWith(answer: (model: string) => Response) {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const origin = await listen(async (request) => {
    const { model, input } = JSON.parse(await request.text());
    asked.push({ model, ...input });
    return answer(model);
  });
  return { asked, scratch: scratchAt(`${origin}/client/v4`, "a".repeat(32)) };
}

function scratchAt(baseURL: string, accountId: string, apiToken = "t".repeat(40)) {
  const cloudflare = new Client({ apiToken, baseURL });
  return { accountId, cloudflare, gatewayId: "probe-1", signal: new AbortController().signal };
}

const streamOf = (shape: Shape) => () =>
  new Response(eventsOf(shape, CONTENT).join(""), {
    headers: { "content-type": "text/event-stream" },
  });

test("each model is asked for one stream, with a tool, in its own form", async () => {
  const shapes = new Map<string, Shape>(
    [CHAT, RESPONSES, MESSAGES].map(({ id, speaks }) => [id, speaks]),
  );
  const { asked, scratch } = await scratchWith((model) => streamOf(shapes.get(model) ?? "chat")());

  const answer = await probeStreams(scratch, [CHAT, RESPONSES, MESSAGES], "t");

  expect(answer).toMatchObject({
    question: "stream-format",
    verdict: "kept",
    seen: "3 of 3 models streamed cleanly: xai/grok-5 is clean, with a call, openai/gpt-5.6-terra is clean, with a call, anthropic/claude-sonnet-5 is clean, with a call",
    models: [CHAT, RESPONSES, MESSAGES].map((model) => ({ ...model, verdict: "kept" })),
  });
  expect(asked.map(({ model, stream, store }) => [model, stream, store])).toEqual([
    [CHAT.id, true, undefined],
    [RESPONSES.id, true, false],
    [MESSAGES.id, true, undefined],
  ]);
  expect(asked.every(({ tools }) => JSON.stringify(tools).includes('"look"'))).toBe(true);
});

test.each<[string, () => Response, string, string]>([
  ["an odd stream", streamOf("newer"), "broken", "is not clean: object is another one"],
  [
    "a whole answer",
    () => Response.json({ choices: [] }),
    "broken",
    "is not clean: it is no stream",
  ],
  ["a refusal", () => Response.json({}, { status: 400 }), "unknown", "is refused with 400"],
])("%s is judged, by the model", async (_, reply, verdict, seen) => {
  const { scratch } = await scratchWith(reply);

  const answer = await probeStreams(scratch, [{ ...CHAT, stream: "native" }], "t");

  expect(answer).toMatchObject({ verdict, models: [{ ...CHAT, verdict }] });
  expect(answer.seen).toContain(`0 of 1 model streamed cleanly: ${CHAT.id} ${seen}`);
});

test("only a stream that passes unread is a promise that can be broken", async () => {
  const { scratch } = await scratchWith((model) =>
    streamOf(model === CHAT.id ? "newer" : "messages")(),
  );
  const verdictOf = async (...models: Parameters<typeof probeStreams>[1]) =>
    (await probeStreams(scratch, models, "t")).verdict;

  expect(await verdictOf(CHAT, MESSAGES)).toBe("unknown");
  expect(await verdictOf(CHAT, { ...MESSAGES, stream: "native" })).toBe("kept");
  expect(await verdictOf({ ...CHAT, stream: "native" }, MESSAGES)).toBe("broken");
});

test("the embedded account's models stream cleanly", async () => {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  const scratch = {
    ...scratchAt(running.apiUrl, running.accountId, running.key),
    gatewayId: "app",
  };

  const answer = await probeStreams(scratch, [CHAT, RESPONSES, MESSAGES], running.key);

  expect(answer).toMatchObject({ verdict: "kept" });
});
