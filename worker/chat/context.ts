import type { CallerName, Env, Limit, Model, RawEnv } from "./env.ts";
import type { Measures } from "./line/measures.ts";
import type { RequestLine } from "./line/request-line.ts";
import type { Trace } from "./line/trace.ts";

/** What a request carries from one step to the next, as Hono types it. */
export interface App {
  Bindings: RawEnv;
  Variables: {
    readonly env: Env;
    readonly caller: CallerName;
    /** The models that the caller may use. */
    readonly models: readonly Model[];
    /** Undefined where the caller has none. */
    readonly limit: Limit | undefined;
    readonly line: RequestLine;
    readonly measures: Measures;
    readonly trace: Trace;
    /** Whether the answer is a stream, which writes the line when it ends. */
    readonly isStreaming?: boolean;
    /** Writes the line about the request, once it is known how it ended. */
    readonly writeLine: () => void;
  };
}
