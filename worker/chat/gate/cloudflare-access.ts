/**
 * Identifies callers by the proof of Cloudflare Access.
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
import { decode, verifyWithJwks } from "hono/utils/jwt/jwt";
import * as v from "valibot";

import { own, type Own } from "../../bindings.ts";
import type { AccessApplication } from "../env.ts";
import { RefusalError, type Refusal } from "../refusal.ts";
import { readAs } from "../models/response.ts";

// A team's keys change every six weeks, and the old ones are published a while longer.
const KEYS_KEPT: RequestInit & { readonly cf: object } = {
  cf: { cacheEverything: true, cacheTtl: 300 },
};

// The clocks of Access and of the Worker are both Cloudflare's, and seconds apart at the most. RFC
// 7519, sections 4.1.4 and 4.1.5, allows a few minutes; an ended session lives on for as long.
const LEEWAY_SECONDS = 30;

/**
 * Returns a person's e-mail address, or the client id of a service token; undefined where the
 * request has no proof, or one that is not for this application, not signed by the team's keys,
 * expired, not valid yet, or of neither of the two. Throws a RefusalError when the keys cannot be
 * fetched.
 */
export async function readIdentity(
  request: Request,
  { team, audience }: AccessApplication,
): Promise<Own | undefined> {
  const proof = request.headers.get("cf-access-jwt-assertion");
  if (proof === null) return undefined;
  const issuer = `https://${team}.cloudflareaccess.com`;
  const options = {
    jwks_uri: `${issuer}/cdn-cgi/access/certs`,
    allowedAlgorithms: ["RS256"] as const,
    // The library knows no leeway: readName checks exp and nbf. A proof's iat demands nothing.
    verification: { iss: issuer, aud: audience, exp: false, nbf: false, iat: false },
  };
  try {
    // The library throws a TypeError at a payload of null, which would pass for a fault of ours.
    if (readName(decode(proof).payload) === undefined) return undefined;
    return readName(await verifyWithJwks(proof, options, KEYS_KEPT));
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("Jwt")) return undefined;
    throw new RefusalError(noKeys);
  }
}

const claims = v.object({
  // A proof without an end is refused: the library would let it pass.
  exp: v.number(),
  nbf: v.optional(v.number()),
  email: v.optional(v.string()),
  common_name: v.optional(v.string()),
});

// An address, or the client id of a service token: no caller's name has an @ or a dot. The common
// name of a client's certificate is free text, such as `web`.
// https://developers.cloudflare.com/cloudflare-one/access-controls/service-credentials/service-tokens/
const IDENTITY = /^([^\s@]+@[^\s@]+|[0-9a-f]+\.access(\.[a-z0-9.-]+)?)$/;
const identity = v.pipe(own, v.regex(IDENTITY));

/**
 * Returns the name in a payload that is valid now. Not the subject: it looks like the name of a
 * caller with a token, and means nothing to a person.
 */
function readName(payload: unknown): Own | undefined {
  const proof = readAs(claims, payload);
  if (proof === undefined) return undefined;
  const now = Date.now() / 1000;
  const { exp, nbf = now, email, common_name: clientId } = proof;
  if (exp + LEEWAY_SECONDS <= now || nbf - LEEWAY_SECONDS > now) return undefined;
  // The one is empty for a service token, the other for a person.
  const name = email || clientId || "";
  return readAs(identity, name);
}

const noKeys: Refusal = {
  status: 503,
  code: "access_unavailable",
  message: "the keys of Cloudflare Access cannot be had right now; try again later",
};
