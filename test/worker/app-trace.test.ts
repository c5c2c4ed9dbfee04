/** A request's trace, the endpoint that its path means, and the tokens that are noted of its answer. */
import { expect, test } from "vitest";

import { withOneV1 } from "../../worker/chat/endpoints/endpoint.ts";
import { noteUsage, openMeasures } from "../../worker/chat/line/measures.ts";
import { continueTrace, formatTrace } from "../../worker/chat/line/trace.ts";

const PARENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parentId: "00f067aa0ba902b7" };
const header = `00-${PARENT.traceId}-${PARENT.parentId}`;

test.each([
  [`${header}-01`, true],
  [`${header}-03`, true],
  [`${header}-00`, false],
  [`${header}-02`, false],
])("a caller's trace is continued: %s", (given, isSampled) => {
  const trace = continueTrace(given);

  expect(trace).toEqual({ ...PARENT, isSampled, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
  expect(formatTrace(trace)).toBe(
    `00-${PARENT.traceId}-${trace.spanId}-${isSampled ? "01" : "00"}`,
  );
});

test.each([
  undefined,
  "",
  header,
  `01${header.slice(2)}-01`,
  `x${header}-01`,
  `${header}-01x`,
  `00-${"0".repeat(32)}-${PARENT.parentId}-01`,
  `00-${PARENT.traceId}-${"0".repeat(16)}-01`,
  `00-${PARENT.traceId.toUpperCase()}-${PARENT.parentId}-01`,
])("a trace that is none is begun anew: %s", (given) => {
  expect(continueTrace(given)).toEqual({
    traceId: expect.stringMatching(/^(?!4bf92f)[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    isSampled: true,
  });
});

test.each([
  ["/chat", "/v1/chat"],
  ["/v1/chat", "/v1/chat"],
  ["/v1/v1/v1/chat", "/v1/chat"],
  ["/v1chat", "/v1/v1chat"],
  ["/proxy/v1/chat", "/v1/proxy/v1/chat"],
  ["/v1", "/v1/v1"],
])("the path %s means %s", (path, meant) => {
  expect(withOneV1(path)).toBe(meant);
});

test("of an answer's counts, numbers alone are noted", () => {
  const measures = openMeasures();
  noteUsage(measures)({ input: 1, output: 2, total: 3, cached: 4, more: { a: 1 } });

  expect(measures.usage).toEqual({ input: 1, output: 2, cached: 4 });
  expect(openMeasures()).toMatchObject({ isStreamed: false, fallbacks: 0 });
});
