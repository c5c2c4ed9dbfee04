import { expect, test } from "vitest";

import { COLLECT, isByWorkerAlone } from "../../policy/gateway/collect.ts";
import { jsonSchemas, nodeAt } from "../../policy/settings/schema.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { checkEnv, type AiBinding } from "../../worker/chat/env.ts";
import { callModel } from "../../worker/chat/models/call.ts";
import { stackWith } from "../support/settings.ts";

test("under full everything is collected, under metadata the Worker's calls without bodies, under none nothing", () => {
  expect(COLLECT).toEqual({
    full: { gateway: true, call: true, bodies: true },
    metadata: { gateway: false, call: true, bodies: false },
    none: { gateway: false, call: false, bodies: false },
  });
  expect(Object.keys(COLLECT)).toEqual(nodeAt(jsonSchemas.legacy, ["logs", "collect"]).enum);
});

test("only under metadata are all logs the doing of the Worker's own switches", () => {
  const words = ["full", "metadata", "none"] as const;

  expect(words.filter((collect) => isByWorkerAlone({ collect }))).toEqual(["metadata"]);
});

test.each(["full", "metadata", "none"] as const)(
  "the Worker reads %s as the deploy does",
  async (collect) => {
    const { call, bodies } = COLLECT[collect];

    expect(await switchesOf(collect)).toEqual({ call, bodies });
  },
);

/** What the Worker asks the gateway to collect of one call. */
async function switchesOf(collect: string): Promise<unknown> {
  const switches: unknown[] = [];
  const run: AiBinding["run"] = async (_model, _inputs, { gateway, extraHeaders }) => {
    const { "cf-aig-collect-log-payload": payload } = Object(extraHeaders);
    switches.push({ call: Reflect.get(gateway, "collectLog"), bodies: payload === "true" });
    return new Response("{}");
  };
  const deploy = { stackName: "dev", gatewayId: "app", release: "r" };
  const declared = Object.entries(workerBindings(deploy, stackWith("dev").settings));
  const texts = declared.flatMap(([name, binding]) =>
    binding !== undefined && "text" in binding ? [[name, binding.text]] : [],
  );
  const bindings = { ...Object.fromEntries(texts), COLLECT_LOGS: collect };
  await callModel(checkEnv({ ...bindings, AI: { run } }), {
    model: "@cf/a/b",
    inputs: {},
    caller: "web",
    route: "/",
    eventId: "event",
    trace: { traceId: "0".repeat(32), spanId: "0".repeat(16), isSampled: true },
    signal: AbortSignal.timeout(1000),
  });
  return switches[0];
}
