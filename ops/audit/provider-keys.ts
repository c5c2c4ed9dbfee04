/** Compares the stored keys of providers with the stack files, in every gateway of the account. */
import { keyLabel } from "../../policy/gateway/provider-keys.ts";
import { need } from "../account/account.ts";
import { finding, type Finding } from "../look/finding.ts";
import type { ListedGateway } from "../look/gateways.ts";
import { isDeclared, listProviderKeys, previewOf, type StoredKey } from "../look/provider-keys.ts";
import type { Declared } from "./declared.ts";

export async function auditProviderKeys(
  declared: Declared,
  gateways: readonly Pick<ListedGateway, "id">[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(gateways.map(({ id }) => auditGateway(declared, id)));
  const findings = found.flat();
  return findings.length > 0
    ? findings
    : [finding("kept", "account", "no gateway has a key of a provider")];
}

async function auditGateway(declared: Declared, id: string): Promise<readonly Finding[]> {
  const keys = need(`list the provider keys of ${id}`, await listProviderKeys(declared, id));
  return keys.map((key) => auditKey(declared, id, key));
}

function auditKey({ stacks }: Declared, gatewayId: string, key: StoredKey): Finding {
  const { provider_slug: provider, alias } = key;
  const preview = previewOf(key);
  const about = `${gatewayId}, key of ${keyLabel({ provider, alias })}`;
  const owner = stacks.find(({ settings }) => settings.gatewayId === gatewayId);
  if (owner !== undefined && isDeclared(owner.settings.providers, key)) {
    return finding("kept", about, `declared by stack ${owner.name}`);
  }
  const shown = preview !== undefined ? ` (${preview})` : "";
  const message = `no stack file declares it${shown}: whoever may call the gateway spends with it`;
  const remedy = "delete it in the dashboard (AI Gateway, Provider Keys), or declare it: providers";
  return { ...finding("broken", about, message), remedy };
}
