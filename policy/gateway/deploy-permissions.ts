import { PERMISSIONS, type Permission } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { retentionOf } from "./names.ts";

/** Lists the permissions that the token of a stack's deploy needs. */
export function deployPermissions(settings: Settings): readonly Permission[] {
  const { alerts, logpush, providers, readers } = settings;
  const makesTokens =
    logpush !== undefined ||
    retentionOf(settings) !== undefined ||
    readers.some(({ token }) => token);
  return [
    PERMISSIONS.writeGateways,
    PERMISSIONS.writeWorkers,
    ...(makesTokens ? [PERMISSIONS.writeTokens] : []),
    ...(logpush === undefined ? [] : [PERMISSIONS.writeLogpush, PERMISSIONS.writeBuckets]),
    ...(providers.length === 0 ? [] : [PERMISSIONS.writeSecrets]),
    ...(alerts === undefined ? [] : [PERMISSIONS.writeNotifications]),
  ];
}
