/** Words that several commands take. Each throws a WordsError that names the option. */
import { WordsError } from "./define-command.ts";

/** Seconds. */
export function parseWait(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new WordsError(`--wait is ${JSON.stringify(text)}; allowed is a number of seconds to 999`);
}

/** Refuses what `fetch` cannot ask: `localhost:8787` is a URL, too. */
export function parseAddress(option: string, text: string, example: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new WordsError(
    `${option} is ${JSON.stringify(text)}; allowed is an address such as ${example}`,
  );
}
