/** Converts data loss prevention, the field `dlp`. */
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";
import { readItems } from "../answers.ts";

/** Converts the setting to the provider's form. */
export function toDlp({ dlp }: Pick<Settings, "dlp">) {
  return dlp.length > 0 ? { enabled: true, policies: dlp.map(toPolicy) } : undefined;
}

function toPolicy(policy: Settings["dlp"][number]) {
  return {
    id: policy.id,
    enabled: true,
    action: policy.action.toUpperCase(),
    checks: policy.check.map((side) => side.toUpperCase()),
    profiles: [...policy.profiles],
  };
}

export function dlpToApi({ policies, ...dlp }: NonNullable<ReturnType<typeof toDlp>>) {
  return { ...dlp, policies: policies.map(({ checks, ...rest }) => ({ ...rest, check: checks })) };
}

/** Converts the API's form to the setting. */
export function readDlp(answer: unknown) {
  const answered = z.object({ enabled: z.literal(true), policies: z.unknown() });
  const policy = z.object({
    id: z.string(),
    action: z.string().toLowerCase(),
    check: z.array(z.string().toLowerCase()),
    profiles: z.array(z.string()),
  });
  return readItems(policy, answered.safeParse(answer).data?.policies);
}
