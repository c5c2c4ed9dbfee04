/**
 * Identifies callers by the proof of Cloudflare Access.
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
import { verifyWithJwks } from "hono/utils/jwt/jwt";
import * as v from "valibot";

import type { AccessApplication } from "../env.ts";
import { RefusalError, type Refusal } from "../refusal.ts";
import { readAs } from "../models/response.ts";

// A team's keys change every six weeks, and the old ones are published a while longer.
const KEYS_KEPT: RequestInit & { readonly cf: object } = {
  cf: { cacheEverything: true, cacheTtl: 300 },
};

/**
 * Returns a person's e-mail address, or the client id of a service token; undefined where the
 * request has no proof, or one that is not for this application, not signed by the team's keys, or
 * expired. Throws a RefusalError when the keys cannot be fetched.
 */
export async function readIdentity(
  request: Request,
  { team, audience }: AccessApplication,
): Promise<string | undefined> {
  const proof = request.headers.get("cf-access-jwt-assertion");
  if (proof === null) return undefined;
  const issuer = `https://${team}.cloudflareaccess.com`;
  const options = {
    jwks_uri: `${issuer}/cdn-cgi/access/certs`,
    allowedAlgorithms: ["RS256"] as const,
    // Not iat: a clock that is a second behind would refuse a new proof.
    verification: { iss: issuer, aud: audience, iat: false },
  };
  try {
    return readName(await verifyWithJwks(proof, options, KEYS_KEPT));
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("Jwt")) return undefined;
    throw new RefusalError(noKeys);
  }
}

const claims = v.object({
  // The library lets a proof without an end pass.
  exp: v.number(),
  email: v.optional(v.string()),
  common_name: v.optional(v.string()),
});

/**
 * Returns the name in a proof. Not the subject: it looks like the name of a caller with a token,
 * and means nothing to a person.
 */
function readName(payload: unknown): string | undefined {
  const { email, common_name: clientId } = readAs(claims, payload) ?? {};
  // The one is empty for a service token, the other for a person.
  return email || clientId || undefined;
}

const noKeys: Refusal = {
  status: 503,
  code: "access_unavailable",
  message: "the keys of Cloudflare Access cannot be had right now; try again later",
};
