/** A conversation of three turns with a tool, for every client: a question, the tool's result, thanks. */
import { expect } from "vitest";

import { answer, SPEAKERS, stream, type Content, type Shape } from "./wire.ts";
import { modelsBinding, startWorker, type RunningWorker, type WireCall } from "./workerd.ts";

/** Starts a Worker whose model calls the tool `look`, answers, and answers once more. */
export async function startThreeTurns(shape: Shape) {
  const says: Content[] = [
    { calls: [{ name: "look", arguments: { city: "Rome" } }], thought: "gAAAA" },
    { text: "In Rome", thought: "gAAAA" },
    { text: "At your service", thought: "gAAAA" },
  ];
  const reply = ({ body }: WireCall) => {
    const write = Object(body.inputs).stream === true ? stream : answer;
    return write(shape, says.shift() ?? {});
  };
  const worker = await startWorker({
    bindings: { MODELS: modelsBinding(...Object.values(SPEAKERS)), MAX_BODY_BYTES: "20000" },
    reply,
  });
  return { worker, model: SPEAKERS[shape], baseURL: new URL("v1", worker.url).href };
}

/** Expects the last call to hold the whole conversation. */
export function expectHistory({ calls }: RunningWorker): void {
  const inputs = JSON.stringify(calls[2]?.body.inputs);

  expect(calls).toHaveLength(3);
  for (const each of ["Where is it warm?", "Rome", "31 °C", "In Rome", "Thanks"]) {
    expect(inputs).toContain(each);
  }
}
