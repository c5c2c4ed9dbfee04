/** The members of an account: people who read what it has in the dashboard. */
import { z } from "zod";

import { quote } from "../../../policy/looks-secret.ts";
import { PERMISSIONS } from "../../../policy/platform.ts";
import { count, list } from "../../../policy/words.ts";
import { listAll, mapAnswer } from "../../account/account.ts";
import { finding, type Finding } from "../finding.ts";
import type { Kind } from "./kind.ts";

const named = z.array(z.object({ name: z.string().nullish() })).nullish();

const schema = z.object({
  // An item without an id would count once, whoever many there are.
  id: z.string(),
  status: z.string().nullish(),
  roles: named,
  policies: z.array(z.object({ permission_groups: named })).nullish(),
});

type Member = Readonly<z.output<typeof schema>>;

export const members: Kind = {
  name: "members",
  needs: PERMISSIONS.readMembers,
  look: async ({ accountId, cloudflare }) => {
    const request = () => cloudflare.accounts.members.list({ account_id: accountId });
    const documented = { what: "a member", schema };
    return mapAnswer(await listAll(PERMISSIONS.readMembers, documented, request), judge);
  },
};

/** Counts members by role. Their names and addresses are left out: a report goes to others. */
function judge(all: readonly Member[]): readonly Finding[] {
  const roles = Map.groupBy(all.flatMap(rolesOf), (role) => role);
  if (all.length === 0) return [];
  const counts = [...roles].map(([role, { length }]) => `${length} as ${quote(role)}`);
  const message = `${count(all.length, "member")} (${list(counts) || "no role"}); a role that shows the whole account shows stored prompts and answers in the dashboard, and reading them is no operation that the audit log has`;
  return [finding("note", "members", message)];
}

function rolesOf({ status, roles, policies }: Member): readonly string[] {
  const groups = (policies ?? []).flatMap(({ permission_groups }) => permission_groups ?? []);
  const names = [...(roles ?? []), ...groups].flatMap(({ name }) => name ?? []);
  return [...new Set(names)].map((name) => (status === "pending" ? `${name}, invited` : name));
}
