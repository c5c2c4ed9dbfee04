/** The providers that somebody added to the account, with an address and headers of their own. */
import { z } from "zod";

import { showKey } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { list } from "../../../policy/words.ts";
import { listAll, mapAnswer } from "../../account/account.ts";
import { parseJson } from "../../../policy/json.ts";
import { finding, type Finding } from "../finding.ts";
import { hostOf } from "../logpush.ts";
import type { Kind } from "./kind.ts";

const schema = z.object({
  slug: z.string(),
  base_url: z.string(),
  // A new one is off unless the request says otherwise.
  enable: z.boolean().default(false),
  headers: z.string().nullish(),
});

type Provider = Readonly<z.output<typeof schema>>;

export const customProviders: Kind = {
  name: "custom providers",
  needs: PERMISSIONS.readGateways,
  look: async ({ accountId, cloudflare }) => {
    const request = () => cloudflare.aiGateway.customProviders.list({ account_id: accountId });
    const documented = { what: "a custom provider", schema };
    return mapAnswer(await listAll(PERMISSIONS.readGateways, documented, request), (items) =>
      items.flatMap(judge),
    );
  },
};

function judge({ slug, base_url, enable, headers }: Provider): Finding {
  const about = `custom provider ${showKey(slug)}`;
  const does = enable ? "sends" : "is switched off, and would send";
  const message = `${does} the prompts of whoever asks for custom-${showKey(slug)}/… to ${hostOf(base_url)}${describeHeaders(headers)}, through every gateway of the account; no stack file declares it`;
  const remedy = "delete it, or know who asks for it";
  return { ...finding(enable ? "warning" : "note", about, message), remedy };
}

const names = z.record(z.string(), z.unknown()).transform((headers) => Object.keys(headers));

/** Names the headers. Their values may be credentials, and are shown nowhere. */
function describeHeaders(headers: string | null | undefined): string {
  if (!headers) return "";
  const { data } = names.safeParse(parseJson(headers));
  if (data === undefined) return " with headers that are no JSON object";
  return data.length === 0 ? "" : ` with the headers ${list(data.map(showKey))}`;
}
