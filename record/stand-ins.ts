/** Holds stand-ins for what only an account knows. */
import { PERMISSIONS } from "../policy/platform.ts";

/** The value of every token that the program declares. */
export const TOKEN_STAND_IN = "stand-in-for-a-token-of-the-account-0000";

/** A part of an account's list of permission groups, with the ids that were reported. */
export const PERMISSION_GROUPS = [
  {
    id: "4dc8917b4b40457d88d3035d5dadb054",
    name: PERMISSIONS.readGateways,
    scopes: ["com.cloudflare.api.account"],
  },
  {
    id: "6c8a3737f07f46369c1ea1f22138daaf",
    name: PERMISSIONS.writeGateways,
    scopes: ["com.cloudflare.api.account"],
  },
  {
    id: "2efd5506f9c8494dacb1fa10a3e7d5b6",
    name: PERMISSIONS.writeObjects,
    scopes: ["com.cloudflare.edge.r2.bucket"],
  },
];
