/** The form of traces that are kept: OTLP in JSON, one span each. */
import { z } from "zod";

import { parseJson } from "../../policy/json.ts";

const value = z.record(z.string(), z.unknown());
const span = z.looseObject({ attributes: z.array(z.object({ key: z.string(), value })) });
const scope = z.looseObject({ spans: z.array(span) });
const resource = z.looseObject({ scopeSpans: z.array(scope) });
/** The body of an export, an ExportTraceServiceRequest. */
const trace = z.object({ resourceSpans: z.array(resource) });

/** A trace, who sent it, and what became of it at each collector that the sender declares. */
export const keptTrace = z.object({
  sender: z.enum(["gateway", "Worker"]),
  /** The gateway's id, or the Worker's name. */
  name: z.string(),
  /** The log of a gateway's call, which may not be kept. */
  logId: z.string().optional(),
  /** In milliseconds since 1970. */
  keptAt: z.number(),
  exports: z.array(z.object({ url: z.string(), fate: z.string() })),
  trace,
});

export type KeptTrace = z.output<typeof keptTrace>;

/** Reads an export as one trace for each of its spans; undefined where it is none. */
export function readTraces(body: string): readonly KeptTrace["trace"][] | undefined {
  const { success, data } = trace.safeParse(parseJson(body));
  if (!success) return undefined;
  return data.resourceSpans.flatMap((ofResource) =>
    ofResource.scopeSpans.flatMap((ofScope) =>
      ofScope.spans.map((each) => ({
        resourceSpans: [{ ...ofResource, scopeSpans: [{ ...ofScope, spans: [each] }] }],
      })),
    ),
  );
}
