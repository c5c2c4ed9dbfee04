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
  /** What of the scope, as its identifiers have it: the account's id, or that with a bucket's name. */
  readonly resource: string;
  /** The setting that asks for it, for the message where the account does not have it. */
  readonly neededBy: string;
}

/** A token's one permission, for all of the account: Cloudflare has none for a single gateway. */
export function allow(
  permission: Pick<Permission, "accountId" | "neededBy"> & {
    readonly name: (typeof PERMISSIONS)["readGateways" | "writeGateways"];
  },
): types.input.AccountTokenPolicy {
  return toPolicy({ ...permission, scope: ACCOUNT_SCOPE, resource: permission.accountId });
}

/**
 * To list, read and write the objects of one bucket: there is none to write alone.
 * https://developers.cloudflare.com/r2/api/tokens/#create-api-tokens-via-api
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
 * The provider fails to change what a token may do, so such a change makes a new one, with another value.
 * https://github.com/cloudflare/terraform-provider-cloudflare/issues/7125
 */
export const REPLACE_WITH_POLICY = { replaceOnChanges: ["policies"] };

function permissionGroupId({
  accountId,
  name,
  scope,
  neededBy,
}: Omit<Permission, "resource">): pulumi.Output<string> {
  // Not filtered by the provider, which wants the name URL-encoded.
  return getAccountApiTokenPermissionGroupsListOutput({ accountId }).apply(({ results }) => {
    const group = results.find((each) => each.name === name && each.scopes.includes(scope));
    if (group !== undefined) return group.id;
    throw new pulumi.RunError(
      `account ${accountId} has no permission group named ${name} for ${scope}; ` +
        `${neededBy} needs it: look at the account's list of API token permissions`,
    );
  });
}
