/**
 * Declares that a gateway calls a provider with a stored key. It is a resource of our own, because
 * Cloudflare's provider has none. The key itself never gets here: it is a secret of the Secrets
 * Store, and this resource holds no more than that secret's id.
 *
 * Pulumi writes the functions below into the state, as text, and runs them in another process: they
 * may use Node and each other and nothing that is imported, and they read the credentials where
 * they run.
 */
import * as pulumi from "@pulumi/pulumi";

/** The gateway, the provider, and the secret with its key. */
export interface ProviderConfigArgs {
  readonly accountId: string;
  readonly gatewayId: pulumi.Output<string>;
  readonly provider: string;
  readonly alias: string;
  readonly secretId: pulumi.Output<string>;
}

/** A stored key of one provider, as the gateway refers to it. */
export class ProviderConfig extends pulumi.dynamic.Resource {
  constructor(name: string, args: ProviderConfigArgs, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, { ...args }, opts, "ai-gateway", "ProviderConfig");
  }
}

/** The reference as the state has it. */
interface Config {
  readonly accountId: string;
  readonly gatewayId: string;
  readonly provider: string;
  readonly alias: string;
  readonly secretId: string;
}

const provider: pulumi.dynamic.ResourceProvider<Config, Config> = {
  async create(config) {
    const found = (await list(config)).find((each) => isSamePlace(each, config));
    // An earlier deploy made it, and was cut off before the state knew.
    if (found?.secret_id === config.secretId) return { id: found.id, outs: config };
    if (found !== undefined) throw new Error(refuseExisting(config));
    const made = await send("POST", config, "", toApi(config));
    if (made === undefined || !("id" in made)) {
      throw new Error("Cloudflare's answer has no id of the provider key that it stored");
    }
    return { id: made.id, outs: config };
  },
  async read(id, config) {
    if (config === undefined) throw new Error("a provider key cannot be imported: deploy makes it");
    const found = (await list(config)).find((each) => each.id === id);
    if (found === undefined) return {};
    const { provider_slug: slug, alias, secret_id: secretId } = found;
    return { id, props: { ...config, provider: slug, alias, secretId } };
  },
  async diff(_id, old, config) {
    const keys = ["accountId", "gatewayId", "provider", "alias", "secretId"] as const;
    const replaces = keys.filter((key) => old[key] !== config[key]);
    // A gateway has one key of a provider under an alias, and the API changes none. A rotated key
    // keeps its secret's id: another id means that the secret was gone, or is in another store.
    const deleteBeforeReplace = replaces.every((key) => key === "secretId");
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace };
  },
  async delete(id, config) {
    await send("DELETE", config, `/${id}`);
  },
};

function isSamePlace(found: ApiConfig, { provider: slug, alias }: Config): boolean {
  return found.provider_slug === slug && found.alias === alias;
}

function refuseExisting({ gatewayId, provider: slug, alias }: Config): string {
  return (
    `gateway ${gatewayId} has a key of ${slug} under the alias ${alias} already, which is not this stack's; ` +
    "delete it in the dashboard (AI Gateway, Provider Keys), and run pulumi up again"
  );
}

function toApi({ provider: slug, alias, secretId }: Config) {
  return {
    provider_slug: slug,
    alias,
    default_config: alias === "default",
    secret_id: secretId,
  };
}

interface ApiConfig {
  readonly id: string;
  readonly provider_slug: string;
  readonly alias: string;
  readonly secret_id: string;
}

/** Lists the gateway's provider keys; none where the gateway is gone. */
async function list(config: Config): Promise<readonly ApiConfig[]> {
  const all: ApiConfig[] = [];
  for (let page = 1; ; page++) {
    const some = await send("GET", config, `?page=${page}&per_page=50`);
    const items: readonly ApiConfig[] = Array.isArray(some) ? some : [];
    // Also where the API ignores the page.
    const more = items.filter(({ id }) => all.every((known) => known.id !== id));
    all.push(...more);
    if (more.length < 50) return all;
  }
}

/** Sends a request to the API, and returns its result, or undefined where there is none. */
async function send(
  method: "POST" | "GET" | "DELETE",
  { accountId, gatewayId }: Config,
  path: string,
  body?: ReturnType<typeof toApi>,
): Promise<ApiConfig | readonly ApiConfig[] | undefined> {
  const { CLOUDFLARE_BASE_URL, CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY, CLOUDFLARE_EMAIL } =
    process.env;
  const base = CLOUDFLARE_BASE_URL || "https://api.cloudflare.com/client/v4";
  const place = `${base}/accounts/${accountId}/ai-gateway/gateways/${gatewayId}/provider_configs`;
  const response = await fetch(`${place}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(CLOUDFLARE_API_TOKEN
        ? { authorization: `Bearer ${CLOUDFLARE_API_TOKEN}` }
        : { "x-auth-key": CLOUDFLARE_API_KEY ?? "", "x-auth-email": CLOUDFLARE_EMAIL ?? "" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  if (response.status === 404 && method !== "POST") return undefined;
  const text = await response.text();
  if (response.ok) return JSON.parse(text).result;
  throw new Error(
    `Cloudflare refused the provider key with HTTP ${response.status}: ${text.slice(0, 500)}; the token that deploys needs AI Gateway Edit and Secrets Store Edit (docs/operate.md, "Keys of providers")`,
  );
}
