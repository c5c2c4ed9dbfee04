import Cloudflare from "cloudflare";

/**
 * The official SDK, with one encoding corrected. It writes a list of filters as
 * `filters.key=…&filters.operator=…`, which Cloudflare is reported to ignore: a list would then
 * hold every log, and a deletion would take every log. JSON is heeded.
 * https://github.com/cloudflare/cloudflare-typescript/issues/2723
 */
export class Client extends Cloudflare {
  protected override stringifyQuery(query: object): string {
    const filters: unknown = Reflect.get(query, "filters");
    const written = Array.isArray(filters) ? { ...query, filters: JSON.stringify(filters) } : query;
    return super.stringifyQuery(written);
  }
}
