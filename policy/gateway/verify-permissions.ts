import { PERMISSIONS, type Permission } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";

/** Lists the permissions that the token of a stack's verification needs. */
export function verifyPermissions({
  alerts,
  logpush,
  providers,
}: Pick<Settings, "alerts" | "logpush" | "providers">): readonly Permission[] {
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
