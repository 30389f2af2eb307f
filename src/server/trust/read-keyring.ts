/** The keys that the server itself believes, as a ring; the same set is what gateways pin. */
import { type Keyring, type KeySet, KEY_PURPOSES } from '#/protocol/trust/keyring';
import type { Db, Tx } from '../db/client';

/** Revoked keys are in it as revoked; retired ones as good: what they signed stays signed. */
export async function readKeyring(db: Db | Tx): Promise<Keyring> {
  const keys = await db.trustKey.findMany({ orderBy: { createdAt: 'asc' } });
  const lists = await db.revocationList.findMany({ orderBy: { thisUpdateAt: 'desc' }, distinct: ['issuer'] });
  return {
    keys: keys.map((key) => ({
      kind: key.kind === 'x509' ? 'x509' : 'gpg',
      fingerprint: key.fingerprint,
      label: key.label,
      body: key.body,
      purposes: KEY_PURPOSES.filter((purpose) => key.purposes.includes(purpose)),
      revoked: key.state === 'revoked',
    })),
    crls: lists.map((list) => list.body),
  };
}

/** Null while there is no key that may sign releases. Every change of the ring is a higher version: nothing is ever deleted. */
export async function readKeySet(db: Db | Tx): Promise<KeySet | null> {
  const ring = await readKeyring(db);
  if (!ring.keys.some((key) => !key.revoked && key.purposes.includes('release'))) return null;
  const [made, ended, revoked, lists] = await Promise.all([
    db.trustKey.count(),
    db.trustKey.count({ where: { endedAt: { not: null } } }),
    db.trustKey.count({ where: { state: 'revoked' } }),
    db.revocationList.count(),
  ]);
  return { ...ring, version: made + ended + revoked + lists };
}
