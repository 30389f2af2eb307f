import type { Tx } from '../db/client';

/**
 * The keyring as it is, until the transaction ends: who keeps a verdict reads it, who makes earlier verdicts false (a key
 * ends, a list comes) writes it. So a verdict is either there when the ring changes, or made by the ring that has changed.
 */
export async function lockRing(tx: Tx, how: 'read' | 'write'): Promise<void> {
  if (how === 'read') await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended('fairlead keyring', 0))`;
  else await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('fairlead keyring', 0))`;
}
