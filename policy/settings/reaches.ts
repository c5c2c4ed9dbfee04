/**
 * Lists what a request may ask of a provider beside an answer. Each is refused by the Worker unless
 * the stack allows it, since the prompts are then kept, or sent on, where no other setting reaches.
 */

/** What one of them does with prompts. */
interface Reach {
  /** Whether the provider keeps what it gets; else it sends it on. */
  readonly keeps: boolean;
  /** What happens, for the policy page. */
  readonly does: string;
}

/** What a stack may allow, by the name in its file. */
export const REACHES = {
  store: { keeps: true, does: "prompts and answers kept at the provider" },
  background: { keeps: true, does: "answers kept at the provider until they are fetched" },
  files: { keeps: true, does: "files kept at the provider, and read into prompts" },
  cache_24h: { keeps: true, does: "prompts kept in the provider's cache for up to a day" },
  web_search: { keeps: false, does: "words of prompts sent by the provider to a search engine" },
  web_fetch: { keeps: false, does: "addresses made from prompts fetched by the provider" },
  code_execution: { keeps: true, does: "code and files of prompts kept and run at the provider" },
  file_search: { keeps: true, does: "prompts compared with documents kept at the provider" },
  image_generation: { keeps: false, does: "words of prompts sent on to a model that draws" },
  mcp: { keeps: false, does: "words of prompts sent to servers that the request names" },
} as const satisfies Readonly<Record<string, Reach>>;

export type ReachName = keyof typeof REACHES;

/** The names, in the order of the table. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets which keys an object has
export const REACH_NAMES = Object.keys(REACHES) as [ReachName, ...ReachName[]];
