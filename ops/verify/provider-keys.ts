/** Checks the stored keys of providers: those that the stack declares, no others, and none that is old. */
import { keyLabel, keyProviderOf, keySecretName } from "../../policy/gateway/provider-keys.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { DEFAULT_ALIAS } from "../../policy/settings/providers.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { count } from "../../policy/words.ts";
import type { Account, Answer } from "../account/account.ts";
import { deployAgain, finding, notLookedAt, type Finding } from "../look/finding.ts";
import {
  isDeclared,
  lastUse,
  listProviderKeys,
  listSecrets,
  previewOf,
  type StoredKey,
} from "../look/provider-keys.ts";

/**
 * The days after which a key is old. Cloudflare's dashboard marks a key whose last use is older.
 * https://developers.cloudflare.com/changelog/post/2026-11-06-provider-key-security/
 */
const OLD_DAYS = 90;

/** Checks every stored key of the stack's gateway. */
export async function checkProviderKeys(
  account: Account,
  now = new Date(),
): Promise<readonly Finding[]> {
  const { gatewayId, stack } = account;
  const { providers, secretsStoreId = "" } = stack.settings;
  const stored = await listProviderKeys(account, gatewayId);
  // That the gateway is gone is reported already.
  if (stored.kind === "missing") return [];
  if (stored.kind === "unknown") return [notLookedAt("keys of providers", stored)];
  const secrets: Names =
    providers.length === 0 ? { kind: "missing" } : await listSecrets(account, secretsStoreId);
  const look = { account, keys: stored.value, secrets, now };
  return [
    ...providers.flatMap((key) => checkKey(key, look)),
    ...stored.value.filter((key) => !isDeclared(providers, key)).map(stranger),
  ];
}

type Key = Settings["providers"][number];
type Names = Answer<readonly { readonly name: string }[]>;

interface Look {
  readonly account: Account;
  readonly keys: readonly StoredKey[];
  readonly secrets: Names;
  readonly now: Date;
}

function checkKey(key: Key, { account, keys, secrets, now }: Look): readonly Finding[] {
  const { stack, gatewayId } = account;
  const about = `key of ${keyLabel(key)}`;
  const found = keys.find((each) => isDeclared([key], each));
  if (found === undefined) {
    const message = `is not stored${meaning(key, stack.settings)}; ${deployAgain(stack)}`;
    return [finding("broken", about, message)];
  }
  const name = keySecretName({ gatewayId, ...key });
  if (secrets.kind === "answer" && secrets.value.every((secret) => secret.name !== name)) {
    const message = `refers to the secret ${name}, which the Secrets Store does not have, so calls with it fail; ${deployAgain(stack)}`;
    return [finding("broken", about, message)];
  }
  const unseen =
    secrets.kind === "unknown"
      ? [finding("unknown", about, `its secret was not looked at, because ${secrets.reason}`)]
      : [];
  return [finding("kept", about, describe(found)), ...unseen, ...aged(about, found, now)];
}

/** Says what a key that is gone means for the stack's models. */
function meaning({ provider, alias }: Key, { worker, byokOnly }: Settings): string {
  const models = worker.models.map(({ id }) => id).filter((id) => keyProviderOf(id) === provider);
  if (alias !== DEFAULT_ALIAS || models.length === 0) return "";
  const fate = byokOnly ? "is refused" : "is paid from AI Gateway credits";
  return `, so each call of ${models.join(", ")} ${fate}`;
}

function describe(key: StoredKey): string {
  const { modified_at: changed } = key;
  const preview = previewOf(key);
  const used = lastUse(key);
  return [
    `stored${preview !== undefined ? `, ${preview}` : ""}`,
    ...(changed ? [`last changed on ${changed.slice(0, 10)}`] : []),
    used === undefined
      ? "the API does not report when it was last used"
      : `last used on ${used.slice(0, 10)}`,
  ].join("; ");
}

function aged(about: string, key: StoredKey, now: Date): readonly Finding[] {
  const [changed, used] = [key.modified_at, lastUse(key)].map((time) =>
    time ? Math.floor((now.getTime() - Date.parse(time)) / DAY_MS) : 0,
  );
  return [
    ...(Number(changed) > OLD_DAYS
      ? [`was last changed ${count(Number(changed), "day")} ago; make another key at the provider`]
      : []),
    ...(Number(used) > OLD_DAYS
      ? [`was last used ${count(Number(used), "day")} ago; remove it where nobody needs it`]
      : []),
  ].map((message) => finding("warning", about, message));
}

function stranger(key: StoredKey): Finding {
  const { provider_slug: provider, alias } = key;
  const preview = previewOf(key);
  const message =
    `is stored${preview !== undefined ? ` (${preview})` : ""}, and the stack does not declare it: calls may be paid with it, and its owner's account gets the prompts; ` +
    "delete it in the dashboard (AI Gateway, Provider Keys), or declare the key in providers";
  return finding("broken", `key of ${keyLabel({ provider, alias })}`, message);
}
