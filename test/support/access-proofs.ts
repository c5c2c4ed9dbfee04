/** Proofs of Cloudflare Access for the team `acme`, signed as Access signs them. */
import { SignJWT, exportJWK, exportSPKI, generateKeyPair, type JWTPayload } from "jose";

const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const ISSUER = "https://acme.cloudflareaccess.com";
const ours = await generateKeyPair("RS256");
const theirs = await generateKeyPair("RS256");

/** The bindings of a Worker behind Access. */
export const BEHIND_ACCESS = {
  CLOUDFLARE_ACCESS: JSON.stringify({ team: "acme", audience: AUDIENCE }),
};

/** Where Access publishes the team's keys, and what stands there. */
export const CERTS_URL = `${ISSUER}/cdn-cgi/access/certs`;
export const CERTS = {
  keys: [{ ...(await exportJWK(ours.publicKey)), kid: "one", alg: "RS256", use: "sig" }],
};

/** The claims of a proof that is made now, for a minute. */
export function claimsNow(): JWTPayload & { readonly iat: number; readonly exp: number } {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 60 };
}

interface Signature {
  readonly isTheirs?: boolean;
  readonly kid?: string;
  readonly hasEnd?: boolean;
}

/** Signs claims beside those of a proof that is good now. */
export function sign(claims: JWTPayload, how: Signature = {}): Promise<string> {
  const { isTheirs = false, kid = "one", hasEnd = true } = how;
  const { exp, ...rest } = { ...claimsNow(), ...claims };
  return new SignJWT({ ...rest, ...(hasEnd && { exp }) })
    .setProtectedHeader({ alg: "RS256", kid })
    .sign((isTheirs ? theirs : ours).privateKey);
}

/** The old trick: HMAC with what everybody can fetch. */
export async function signWithPublicKey(claims: JWTPayload): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(ours.publicKey));
  return new SignJWT({ ...claimsNow(), ...claims })
    .setProtectedHeader({ alg: "HS256", kid: "one" })
    .sign(secret);
}
