/**
 * The compatibility date of every Worker. It is the newest that the pinned workerd knows, so that
 * the local runtime behaves as the deployed one.
 */
export const COMPATIBILITY_DATE = "2026-10-23";
