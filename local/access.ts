/** Cloudflare Access on this machine: keys of its own, and a proof for the person at the keyboard. */
import type { GenerateKeyPairResult, JSONWebKeySet } from "jose";
import { z } from "zod";

import { textBinding, type Script } from "./account.ts";

/** Returns what a team publishes at `/cdn-cgi/access/certs`; every team has the same keys here. */
export async function accessCerts(): Promise<JSONWebKeySet> {
  const { exportJWK } = await import("jose");
  const { publicKey } = await localKeys();
  return { keys: [{ ...(await exportJWK(publicKey)), kid: KID, alg: "RS256", use: "sig" }] };
}

/** Makes the proof, valid for a day, that Access adds to a request, if the Worker takes one. */
export async function accessProof(script: Pick<Script, "bindings">): Promise<string | undefined> {
  const text = textBinding(script, "CLOUDFLARE_ACCESS");
  if (text === undefined) return undefined;
  const declared = application.parse(JSON.parse(text));
  const { SignJWT } = await import("jose");
  const { privateKey } = await localKeys();
  return new SignJWT({ type: "app", common_name: "local.access" })
    .setProtectedHeader({ alg: "RS256", kid: KID })
    .setIssuer(`https://${declared.team}.cloudflareaccess.com`)
    .setAudience(declared.audience)
    .setIssuedAt()
    .setExpirationTime("1d")
    .sign(privateKey);
}

const KID = "local";

let keys: Promise<GenerateKeyPairResult> | undefined;

/** Returns the keys of this process: no file here could let anybody in anywhere. */
async function localKeys(): Promise<GenerateKeyPairResult> {
  keys ??= import("jose").then(({ generateKeyPair }) => generateKeyPair("RS256"));
  return keys;
}

const application = z.object({ team: z.string(), audience: z.string() });
