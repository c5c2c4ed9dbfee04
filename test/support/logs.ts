/** What tests of logs share. */

export const NOON = Date.UTC(2026, 10, 22, 12);

export function rawLog(id: string, ages: Readonly<Record<string, number>> = {}) {
  const created_at = new Date(NOON + (ages[id] ?? 0)).toISOString();
  return { id, created_at, model: "m", success: true, cached: false, metadata: "{}" };
}
