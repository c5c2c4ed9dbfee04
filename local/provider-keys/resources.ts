/** What a program declares for the keys of providers: secrets of the Secrets Store, and who uses them. */
import { z } from "zod";

/** The services that may use a secret. */
export const scopes = z
  .array(z.enum(["workers", "ai_gateway", "dex", "access", "containers", "websearch"]))
  .min(1);

export const secretsStoreSecret = z.strictObject({
  accountId: z.string(),
  storeId: z.string(),
  name: z.string().min(1),
  scopes,
  // 64 KiB at most. https://developers.cloudflare.com/api/resources/secrets_store/
  value: z.string().min(1).max(65_536),
});

/** A resource of the program's own, which brings the functions that make it. */
export const providerConfig = z.strictObject({
  __provider: z.string(),
  accountId: z.string(),
  gatewayId: z.string(),
  provider: z.string().min(1),
  alias: z.string().min(1),
  secretId: z.string(),
});
