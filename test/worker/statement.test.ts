/** What a statement promises about logs is what leaves the real Workers runtime, whatever a caller sends. */
import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { z } from "zod";

import { parseStackFile } from "../../policy/stack/stack.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import {
  arbitraryStack,
  toConfig,
  toStackFile,
  type StackValues,
} from "../support/arbitrary-stack.ts";
import { MODEL_WAYS, REPLIES } from "../support/endpoint-requests.ts";
import { recordProgram } from "../support/record-program.ts";
import { runs } from "../support/runs.ts";
import { startWorker, TOKEN, type WireCall } from "../support/workerd.ts";

vi.spyOn(pulumi.log, "warn").mockResolvedValue();

const HOSTILE_GATEWAY = { id: "default", collectLog: true, metadata: { caller: "evil" } };

const hostileHeaders = fc.dictionary(
  fc.constantFrom(
    "cf-aig-collect-log",
    "CF-AIG-Collect-Log-Payload",
    "cf-aig-gateway-id",
    "cf-aig-metadata",
    "cf-aig-session-id",
    "cf-aig-turn-id",
    "cf-aig-allowed-models",
    "cf-aig-allowed-providers",
    "cf-aig-no-session-affinity",
    "Payment-Method",
    "mf-url",
  ),
  fc.constantFrom("true", "false", "default", "x402"),
  { noNullPrototype: true },
);
const hostileFields = fc.dictionary(
  fc.constantFrom("gateway", "options", "extraHeaders", "prefix", "sessionOptions"),
  fc.constantFrom<unknown>(
    HOSTILE_GATEWAY,
    { gateway: HOSTILE_GATEWAY },
    { "cf-aig-collect-log-payload": "true" },
    true,
  ),
  { noNullPrototype: true },
);

test.each(["full", "metadata", "none"])(
  "under %s a hostile call leaves the runtime as the statement says",
  async (collect) => {
    const fixed = {
      logSystem: "observability",
      logs: { collect },
      callers: [{ name: "web", sha256: createHash("sha256").update(TOKEN).digest("hex") }],
    };

    await fc.assert(
      fc.asyncProperty(
        arbitraryStack(fixed),
        fc.array(fc.tuple(hostileHeaders, hostileFields), { minLength: 3, maxLength: 5 }),
        async (values, attacks) => {
          const told = await statementOf(values);
          const worker = await startWorker({ ...REPLIES, bindings: await bindingsOf(values) });

          for (const [headers, fields] of attacks) {
            for (const { name, path, method, body } of MODEL_WAYS) {
              const usual = body(told.model);
              const response = await worker.ask(path, {
                method,
                headers: { authorization: `Bearer ${TOKEN}`, ...headers },
                body: usual && JSON.stringify({ ...fields, ...JSON.parse(usual) }),
              });
              await response.arrayBuffer();
              expect({ name, status: response.status }).toEqual({ name, status: 200 });
            }
          }

          // Once for each call, so that no order of two attacks passes unseen.
          expect(worker.calls.map(onTheWire)).toEqual(
            attacks
              .flatMap(() => MODEL_WAYS)
              .map(() => ({
                gatewayId: told.gatewayId,
                logged: told.logged,
                // A call that keeps no log keeps no bodies, whatever it says of them.
                bodies: told.bodies,
                keys: ["collectLog", "eventId", "id", "metadata"],
              })),
          );
        },
      ),
      runs(2, 20),
    );
  },
);

/** As a reviewer reads it. */
async function statementOf(values: StackValues) {
  // The caller's hash is of a token that we know; nothing here is said of callers.
  const { callers: _, ...reviewed } = values;
  const read = parseStackFile("any", toStackFile(reviewed, "encrypted"));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { gatewayId, facts } = await stateStack(read.stack);
  const value = (id: string) => facts.find((fact) => fact.id === id)?.value;
  return {
    gatewayId,
    logged: value("logged"),
    bodies: value("bodies"),
    model: read.stack.settings.worker.models[0]?.id,
  };
}

/** Returns the chat Worker's bindings as the program declares them. */
async function bindingsOf(values: StackValues): Promise<Record<string, string | undefined>> {
  const { resources } = await recordProgram(toConfig(values));
  const script = resources.find(({ type }) => type.endsWith(":WorkersScript"));
  const bindings = z
    .array(z.object({ name: z.string(), text: z.string().optional() }))
    .parse(script?.inputs["bindings"]);
  return Object.fromEntries(
    bindings.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]])),
  );
}

function onTheWire({ headers, body }: WireCall) {
  const gateway: Record<string, unknown> = Object(Object(body.options).gateway);
  const payload = headers["mf-header-cf-aig-collect-log-payload"];
  return {
    gatewayId: gateway["id"],
    logged: gateway["collectLog"],
    bodies: payload !== "false",
    keys: Object.keys(gateway).toSorted(),
  };
}
