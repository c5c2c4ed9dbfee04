import { getAccountApiTokenPermissionGroupsListOutput } from "@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList.js";
import type { types } from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

const ACCOUNT_SCOPE = "com.cloudflare.api.account";

export interface Permission {
  readonly accountId: string;
  /** As the API calls it: the dashboard's Edit is Write here. */
  readonly name: "AI Gateway Read" | "AI Gateway Write";
  /** The setting that asks for it, for the message where the account does not have it. */
  readonly neededBy: string;
}

/** A token's one permission, for all of the account: Cloudflare has none for a single gateway. */
export function allow(permission: Permission): types.input.AccountTokenPolicy {
  return {
    effect: "allow",
    permissionGroups: [{ id: permissionGroupId(permission) }],
    resources: JSON.stringify({ [`${ACCOUNT_SCOPE}.${permission.accountId}`]: "*" }),
  };
}

/**
 * The provider fails to change what a token may do, so such a change makes a new one, with another value.
 * https://github.com/cloudflare/terraform-provider-cloudflare/issues/7125
 */
export const REPLACE_WITH_POLICY = { replaceOnChanges: ["policies"] };

function permissionGroupId({ accountId, name, neededBy }: Permission): pulumi.Output<string> {
  // Not filtered by the provider, which wants the name URL-encoded.
  return getAccountApiTokenPermissionGroupsListOutput({ accountId }).apply(({ results }) => {
    const group = results.find((each) => each.name === name && each.scopes.includes(ACCOUNT_SCOPE));
    if (group !== undefined) return group.id;
    throw new pulumi.RunError(
      `account ${accountId} has no permission group named ${name} for ${ACCOUNT_SCOPE}; ` +
        `${neededBy} needs it: look at the account's list of API token permissions`,
    );
  });
}
