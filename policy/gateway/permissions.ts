/** Lists the permissions that the tokens of a stack need. */
import { PERMISSIONS, type Permission } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { retentionOf } from "./names.ts";

/** Lists those of the token that deploys. */
export function deployPermissions(settings: Settings): readonly Permission[] {
  const { alerts, logpush, providers, readers } = settings;
  const isRetaining = retentionOf(settings) !== undefined;
  const makesTokens = logpush !== undefined || isRetaining || readers.some(({ token }) => token);
  return [
    PERMISSIONS.writeGateways,
    PERMISSIONS.writeWorkers,
    ...(makesTokens ? [PERMISSIONS.writeTokens] : []),
    ...(logpush === undefined ? [] : [PERMISSIONS.writeLogpush, PERMISSIONS.writeBuckets]),
    ...(providers.length === 0 ? [] : [PERMISSIONS.writeSecrets]),
    ...(alerts === undefined ? [] : [PERMISSIONS.writeNotifications]),
  ];
}

type Verified = Pick<Settings, "alerts" | "logpush" | "providers">;

/** Lists those of the token that verifies. */
export function verifyPermissions({ alerts, logpush, providers }: Verified): readonly Permission[] {
  return [
    PERMISSIONS.readGateways,
    PERMISSIONS.readWorkers,
    PERMISSIONS.readTokens,
    PERMISSIONS.readAnalytics,
    ...(logpush === undefined ? [] : [PERMISSIONS.writeLogpush, PERMISSIONS.readBuckets]),
    ...(providers.length === 0 ? [] : [PERMISSIONS.readSecrets]),
    ...(alerts === undefined ? [] : [PERMISSIONS.readNotifications]),
  ];
}
