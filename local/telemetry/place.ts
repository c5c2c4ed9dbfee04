/**
 * Decides where a trace goes, whoever sends it. One of a gateway holds prompt and answer, one of a
 * Worker names its caller: a run on a laptop sends neither off the machine by itself.
 */
import { z } from "zod";

import { parseJson } from "../../policy/json.ts";
import { isLoopback } from "../../policy/loopback.ts";
import { textBinding, type Account, type Script } from "../account.ts";

/** A collector, as a gateway or a Worker declares it. */
export interface Collector {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType?: "json" | "protobuf";
  /** Whether an uploaded Worker declares it: its binding may name any port of this machine. */
  readonly isUploaded?: boolean;
}

export type Target = Pick<Collector, "url" | "headers">;

/** Where a trace goes: nowhere without a target. */
export interface Place {
  readonly fate: string;
  readonly target?: Target;
}

/** Returns the place of what is for a collector. `instead` takes all traces, where it is given. */
export function placeOf(
  { url, headers, contentType, isUploaded = false }: Collector,
  instead: URL | undefined,
): Place {
  // The declared headers are for the declared collector: they hold its key.
  if (instead !== undefined) {
    const target = { url: instead.href, headers: {} };
    return { fate: `sent to ${instead.href} in its place`, target };
  }
  if (!isLoopback(url)) return { fate: "kept here, as the URL leads off this machine" };
  if (isUploaded) return { fate: "kept here, as the Worker that names it is uploaded" };
  if (contentType === "protobuf") return { fate: "kept here, as protobuf is not imitated" };
  return { fate: "sent", target: { url, headers } };
}

const binding = z.object({ url: z.url() });

/** Returns the URL to which a Worker sends spans, by its binding; another's may hold any text. */
export function spansUrlOf(script: Pick<Script, "bindings">): string | undefined {
  return binding.safeParse(parseJson(textBinding(script, "TRACES") ?? "")).data?.url;
}

/** Describes where the traces go of all that declares a collector; undefined where nothing does. */
export function describePlaces(
  { gateways, script }: Pick<Account, "gateways" | "script">,
  instead: URL | undefined,
): string | undefined {
  const url = spansUrlOf(script);
  const declared = [
    ...[...gateways].flatMap(([id, { otels = [] }]) =>
      otels.map((each) => ({ sender: `gateway ${id}`, ...each })),
    ),
    ...(url === undefined ? [] : [{ sender: `Worker ${script.scriptName}`, url, headers: {} }]),
  ];
  if (declared.length === 0) return undefined;
  return declared
    .map((each) => `of ${each.sender} for ${each.url}: ${placeOf(each, instead).fate}`)
    .join("; ");
}
