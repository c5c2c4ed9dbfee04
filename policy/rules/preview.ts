/** Rules that only a preview can see broken, because they are about what is deployed: ops/comment judges them. */
import { DOCS } from "../settings/notes.ts";
import { BOTH_ERROR, type Rule } from "./rule.ts";

export const GATEWAY_REPLACED: Rule = {
  id: "gateway-replaced",
  requirement: "a pull request must neither replace nor delete a gateway",
  because: "with the gateway go its logs, most likely, and they exist nowhere else",
  source: `${DOCS}/configuration/manage-gateway/`,
  remedy: "keep what the gateway is known by, such as gatewayId, or waive the rule for this change",
  severity: BOTH_ERROR,
  breaches: () => [],
};

export const previewRules: readonly Rule[] = [GATEWAY_REPLACED];
