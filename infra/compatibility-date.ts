/** The newest compatibility date that the pinned workerd knows, so that both runtimes agree. */
export const COMPATIBILITY_DATE = "2026-10-23";
