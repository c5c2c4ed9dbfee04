/** Reads what an account says of itself: when it was made, and what it pays for. */
import { z } from "zod";

import { PERMISSIONS } from "../../policy/platform.ts";
import { listAll, mapAnswer, type Answer, type Connection } from "../account/account.ts";

const account = z.object({
  id: z.string(),
  created_on: z.iso.datetime({ offset: true }).nullish(),
});

/** Returns the day on which the account was made, as `2026-11-29`; undefined where no one says. */
export async function readCreationDay({
  accountId,
  cloudflare,
}: Connection): Promise<Answer<string | undefined>> {
  const documented = { what: "an account", schema: account };
  const answer = await listAll(PERMISSIONS.readMembers, documented, () =>
    cloudflare.accounts.list(),
  );
  return mapAnswer(answer, (accounts) =>
    accounts.find(({ id }) => id === accountId)?.created_on?.slice(0, 10),
  );
}

const subscription = z.object({
  id: z.string().nullish(),
  state: z.string().nullish(),
  rate_plan: z.object({ id: z.string().nullish(), public_name: z.string().nullish() }).nullish(),
});

/** Checks whether the account pays for Workers, by the plan's name: no list of plans has it. */
export async function readPaysForWorkers({
  accountId,
  cloudflare,
}: Connection): Promise<Answer<boolean>> {
  const documented = { what: "a subscription", schema: subscription };
  const answer = await listAll(PERMISSIONS.readBilling, documented, () =>
    cloudflare.accounts.subscriptions.get({ account_id: accountId }),
  );
  return mapAnswer(answer, (subscriptions) =>
    subscriptions.some(
      ({ state, rate_plan }) =>
        !/Cancelled|Expired|Failed/.test(state ?? "") &&
        /workers.*paid/i.test(`${rate_plan?.id ?? ""} ${rate_plan?.public_name ?? ""}`),
    ),
  );
}
