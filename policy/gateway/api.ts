/** The fields of an AI Gateway in the REST API's words: `cacheTtl` is `cache_ttl`, and the groups differ inside, too. */

/** Where the two spellings differ by more than the case of the names. */
interface Groups {
  readonly otels?: readonly { readonly contentType: string }[] | undefined;
  readonly dlp?: { readonly policies: readonly { readonly checks: unknown }[] } | undefined;
  readonly guardrails?:
    | Readonly<Record<"prompt" | "response", Readonly<Record<string, unknown>>>>
    | undefined;
}

export function toApi({ otels, dlp, guardrails, ...flat }: Groups): Record<string, unknown> {
  return {
    ...mapKeys(flat, apiName),
    ...(otels && {
      otel: otels.map(({ contentType, ...otel }) => ({ ...otel, content_type: contentType })),
    }),
    ...(dlp && {
      dlp: {
        ...dlp,
        policies: dlp.policies.map(({ checks, ...rest }) => ({ ...rest, check: checks })),
      },
    }),
    ...(guardrails && {
      guardrails: {
        prompt: mapKeys(guardrails.prompt, (key) => key.toUpperCase()),
        response: mapKeys(guardrails.response, (key) => key.toUpperCase()),
      },
    }),
  };
}

export function apiName(field: string): string {
  if (field === "aiGatewayId") return "id";
  if (field === "otels") return "otel";
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function mapKeys(object: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
}
