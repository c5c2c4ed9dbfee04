import { AccountToken } from "@pulumi/cloudflare/accountToken.js";
import * as pulumi from "@pulumi/pulumi";

import { readerTokenName } from "../policy/gateway/names.ts";
import { PERMISSIONS } from "../policy/platform.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { allow, REPLACE_WITH_POLICY } from "./account-token.ts";

type Reader = Settings["readers"][number];

/** The account, the gateway, and the readers that get a token. */
export type ReadersArgs = Pick<Settings, "accountId" | "gatewayId" | "readers">;

/** The readers' tokens, each with its last day and networks, which read the account's logs. */
export class Readers extends pulumi.ComponentResource {
  /** The tokens by reader's name, as a secret. */
  readonly tokens: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: ReadersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:Readers", name, {}, opts);
    const { accountId, gatewayId } = args;

    const policies = [
      allow({ accountId, name: PERMISSIONS.readGateways, neededBy: "readers[].token" }),
    ];
    const tokens = args.readers.map((reader) => {
      const token = new AccountToken(
        // The reader's name, not its place in the list, so that one that comes or goes does not
        // affect the others.
        `${name}-${reader.name}`,
        {
          accountId,
          name: readerTokenName(gatewayId, reader.name),
          policies,
          ...limits(reader),
        },
        { parent: this, ...REPLACE_WITH_POLICY },
      );
      return [reader.name, token.value] as const;
    });

    this.tokens = pulumi.secret(Object.fromEntries(tokens));
    this.registerOutputs();
  }
}

function limits({ until, addresses }: Reader) {
  return {
    // The last day is a whole one, UTC.
    ...(until !== undefined && { expiresOn: `${until}T23:59:59Z` }),
    ...(addresses !== undefined && { condition: { requestIp: { ins: [...addresses] } } }),
  };
}
