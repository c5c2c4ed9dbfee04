/** What the parts of the schema share: their notes for people, the pages they cite, and the small types they are made of. */
import { z } from "zod";

declare module "zod" {
  interface GlobalMeta {
    /** What is allowed, in words, where the schema's own bounds do not say it. */
    readonly expects?: string;
    /** The page that sets the limit. */
    readonly source?: string;
    /** Encrypted in the stack file, and never shown in a message. */
    readonly secret?: boolean;
    /** A secret whose value may stand in clear where it is allowed, because it gives nothing away. */
    readonly mayBeClear?: boolean;
    /** In clear in the stack file, and not shown where it is wrong: then it may hold a key. */
    readonly unshown?: boolean;
    /** Where the value comes from when the stack file has none. */
    readonly fallback?: string;
  }
}

export const DOCS = "https://developers.cloudflare.com/ai-gateway";
export const LIMITS = `${DOCS}/reference/limits/`;

/** A name that a reviewer types and reads: in a log's metadata, in a statement, in a waiver. */
export const name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/);
export const NAME_EXPECTS = "1 to 32 of a-z, 0-9 and -, not at either end";

/** A last day, the whole day included, UTC. */
export const day = z.iso.date();
export const DAY_EXPECTS = "a day as YYYY-MM-DD";

/** A switch that is closed unless the stack file opens it. */
export function offUnlessSet(description: string, source: string) {
  return z.boolean().default(false).meta({ description, source });
}
