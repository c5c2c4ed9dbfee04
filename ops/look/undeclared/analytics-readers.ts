/** The tokens of the account that read its analytics, which have no bodies. */
import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { finding, type Finding } from "../finding.ts";
import { isInForce, listTokens, mayDo } from "../tokens.ts";
import type { Kind } from "./kind.ts";

export const analyticsReaders: Kind = {
  name: "readers of analytics",
  needs: PERMISSIONS.readTokens,
  look: async (place) => {
    const answer = await listTokens(place);
    if (answer.kind !== "answer") return answer;
    const readers = answer.value.filter(
      (token) =>
        isInForce(token, new Date()) && mayDo(token, place.accountId, [PERMISSIONS.readAnalytics]),
    );
    return { kind: "answer", value: readers.map(({ name }) => judge(name)) };
  },
};

function judge(name: string): Finding {
  const message =
    "reads analytics: counts, cost and the metadata of every call, a caller's name too, even of calls without a log; no prompt";
  return finding("note", `token ${quote(name)}`, message);
}
