import { deployPermissions } from "../../policy/gateway/permissions.ts";
import { inDashboard, type Permission } from "../../policy/platform.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import type { Connection } from "../account/account.ts";
import { finding, type Finding } from "../look/finding.ts";
import { isInForce, mayDo, readOwnToken } from "../look/tokens.ts";

const ABOUT = "CLOUDFLARE_API_TOKEN";

/** Compares the token's permissions with those that the stack's deploy needs. */
export async function checkToken(
  connection: Connection,
  stack: Stack,
): Promise<readonly Finding[]> {
  const needed = deployPermissions(stack.settings);
  const named = inDashboard(...needed);
  const answer = await readOwnToken(connection);
  if (answer.kind !== "answer") {
    const reason = answer.kind === "unknown" ? answer.reason : "the account has no such token";
    const message = `what it may do is not known, because ${reason}; the deploy needs ${named}`;
    return [finding("unknown", ABOUT, message)];
  }
  const token = answer.value;
  if (!isInForce(token, new Date())) {
    return [
      { ...finding("broken", ABOUT, "has ended, or is switched off"), remedy: "make another" },
    ];
  }
  const missing = needed.filter((name) => !mayDo(token, connection.accountId, [name]));
  if (missing.length === 0)
    return [finding("kept", ABOUT, `may do what the deploy needs: ${named}`)];
  return [lacking(missing)];
}

function lacking(missing: readonly Permission[]): Finding {
  const names = inDashboard(...missing);
  const remedy = `give it ${names} for this account (README, "Deploy")`;
  return { ...finding("broken", ABOUT, `lacks ${names}`), remedy };
}
