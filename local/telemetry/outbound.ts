/** Takes what a Worker measures, in place of who would get it at Cloudflare. */
import type { Script } from "../account.ts";
import type { LocalAccount } from "../local-account.ts";
import type { Served } from "../runtime.ts";
import { DATASETS } from "./datasets.ts";
import { spansUrlOf } from "./place.ts";

type Sender = Pick<Script, "scriptName" | "bindings"> & Pick<Served, "isDeclared">;

export type Takers = Pick<LocalAccount, "traces" | "points">;

type Sent = Pick<Request, "url" | "text"> & { readonly headers: Iterable<[string, string]> };

/** Answers a request of a Worker with what it measures; undefined where it is another one. */
export async function takeMeasured(
  sent: Sent,
  sender: Sender,
  { traces, points }: Takers,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  if (sent.url.startsWith(DATASETS)) {
    points.add(sent.url.slice(DATASETS.length), JSON.parse(await sent.text()));
    return { status: 200, body: "" };
  }
  const url = spansUrlOf(sender);
  // The runtime writes an address in its own way: without a standard port, in small letters.
  if (url === undefined || new URL(url).href !== sent.url) return undefined;
  const isUploaded = sender.isDeclared !== true;
  const collector = { url, headers: Object.fromEntries(sent.headers), isUploaded };
  return traces.takeExport(sender.scriptName, collector, await sent.text());
}
