import { getAccountApiTokenPermissionGroupsListOutput } from "@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList.js";
import type * as types from "@pulumi/cloudflare/types/index.js";
import * as pulumi from "@pulumi/pulumi";

import { PERMISSIONS, type Permission as PermissionName } from "../policy/platform.ts";

const ACCOUNT_SCOPE = "com.cloudflare.api.account";
const BUCKET_SCOPE = "com.cloudflare.edge.r2.bucket";

interface Permission {
  readonly accountId: string;
  readonly name: PermissionName;
  readonly scope: string;
  /** The identifier within the scope: the account's id, or that with a bucket's name. */
  readonly resource: string;
  /** The setting that needs it, for the message where the account lacks it. */
  readonly neededBy: string;
}

/** Allows one permission on the whole account: Cloudflare has none for a single gateway. */
export function allow(
  permission: Pick<Permission, "accountId" | "neededBy"> & {
    readonly name: (typeof PERMISSIONS)["readGateways" | "writeGateways"];
  },
): types.input.AccountTokenPolicy {
  return toPolicy({ ...permission, scope: ACCOUNT_SCOPE, resource: permission.accountId });
}

/**
 * Allows listing, reading and writing the objects of one bucket; no permission is limited to
 * writing. https://developers.cloudflare.com/r2/api/tokens/#create-api-tokens-via-api
 */
export function allowObjects(accountId: string, bucket: string): types.input.AccountTokenPolicy {
  return toPolicy({
    accountId,
    name: PERMISSIONS.writeObjects,
    scope: BUCKET_SCOPE,
    resource: `${accountId}_default_${bucket}`,
    neededBy: "logpush",
  });
}

function toPolicy(permission: Permission): types.input.AccountTokenPolicy {
  return {
    effect: "allow",
    permissionGroups: [{ id: permissionGroupId(permission) }],
    resources: JSON.stringify({ [`${permission.scope}.${permission.resource}`]: "*" }),
  };
}

/**
 * The options of a token: a new policy makes a new token with another value, because the provider
 * fails to change one. https://github.com/cloudflare/terraform-provider-cloudflare/issues/7125
 */
export const REPLACE_WITH_POLICY = { replaceOnChanges: ["policies"] };

function permissionGroupId({
  accountId,
  name,
  scope,
  neededBy,
}: Omit<Permission, "resource">): pulumi.Output<string> {
  // The provider does not filter here, because it wants the name URL-encoded.
  return getAccountApiTokenPermissionGroupsListOutput({ accountId }).apply(({ results }) => {
    const group = results.find((each) => each.name === name && each.scopes.includes(scope));
    if (group !== undefined) return group.id;
    throw new pulumi.RunError(
      `account ${accountId} has no permission group named ${name} for ${scope}; ` +
        `${neededBy} needs it: look at the account's list of API token permissions`,
    );
  });
}
