/** How long a permission to go below a rollback floor may hold: a text that is signed once must not open old images for years. */
export const LONGEST_PERMIT_DAYS = 30;

/** The clocks of who asks and of who answers differ. */
const LENIENCE_MS = 3_600_000;

/** Whether a permission that ends then would hold for longer than one may. */
export function outlivesPermits(expiresAtMs: number, nowMs: number): boolean {
  return expiresAtMs - nowMs > LONGEST_PERMIT_DAYS * 86_400_000 + LENIENCE_MS;
}
