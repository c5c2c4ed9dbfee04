/** Of every Worker. The newest date the pinned workerd knows: the local runtime then behaves as the deployed one. */
export const COMPATIBILITY_DATE = "2026-10-23";
