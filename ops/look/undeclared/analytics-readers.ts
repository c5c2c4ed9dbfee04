/** The tokens of the account that read its analytics, which have no bodies. */
import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { mapAnswer } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import { isInForce, listTokens, mayDo, type Token } from "../tokens.ts";
import type { Kind } from "./kind.ts";

export const analyticsReaders: Kind = {
  name: "readers of analytics",
  needs: PERMISSIONS.readTokens,
  look: async (place) => {
    const isReader = (token: Token) =>
      isInForce(token, new Date()) && mayDo(token, place.accountId, [PERMISSIONS.readAnalytics]);
    return mapAnswer(await listTokens(place), (tokens) =>
      tokens.filter(isReader).map(({ name }) => judge(name)),
    );
  },
};

function judge(name: string): Finding {
  const message =
    "reads analytics: counts, cost and the metadata of every call, a caller's name too, even of calls without a log; no prompt";
  return finding("note", `token ${quote(name)}`, message);
}
