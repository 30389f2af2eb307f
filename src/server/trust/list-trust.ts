/** Keys with what each signs, revocation lists, and which gateways pin which set. */
import { type Actor, requirePermission, visibleGateways } from '../access/actor';
import { getDb } from '../db/client';
import { readKeySet } from './read-keyring';
import { lastRotation } from './rotation-plan';

export async function listTrust(actor: Actor) {
  requirePermission(actor, 'trust.read', null);
  const db = getDb();
  const gateway = visibleGateways(actor, 'trust.read');
  const [keys, lists, signatures, pins, gateways, set, rotation] = await Promise.all([
    db.trustKey.findMany({ orderBy: { createdAt: 'desc' } }),
    db.revocationList.findMany({ orderBy: { thisUpdateAt: 'desc' }, take: 50 }),
    db.artifactSignature.findMany({
      where: { keyFingerprint: { not: null }, verifiedAt: { not: null } },
      select: { keyFingerprint: true, artifact: { select: { releases: { select: { version: true } } } } },
    }),
    db.gatewayPins.groupBy({ by: ['version'], where: { gateway }, _count: { _all: true }, orderBy: { version: 'desc' } }),
    db.gateway.count({ where: gateway }),
    readKeySet(db),
    lastRotation(actor),
  ]);
  const versionsOf = (fingerprint: string) =>
    signatures.filter((one) => one.keyFingerprint === fingerprint).flatMap((one) => one.artifact.releases.map(({ version }) => version));
  const reported = pins.reduce((sum, one) => sum + one._count._all, 0);
  return {
    keys: keys.map((key) => ({ ...key, signs: [...new Set(versionsOf(key.fingerprint))] })),
    lists: lists.map(({ body: _, ...list }) => list),
    pins: pins.map((one) => ({ version: one.version, gateways: one._count._all })),
    /** Gateways whose agent has not said anything of pins yet. */
    silent: gateways - reported,
    /** Of the ring as it is now; null: no key may sign releases. */
    version: set?.version ?? null,
    rotation,
  };
}
