/** What a new set of pinned keys would be, who may sign it, and how far the last one has come. */
import { KEY_PURPOSES } from '#/protocol/trust/keyring';
import { type Actor, visibleGateways } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { getDb } from '../db/client';
import { readKeySet } from './read-keyring';
import { keySetToSign } from './rotate-pins';

export type PlannedKey = {
  fingerprint: string;
  label: string;
  kind: string;
  purposes: string[];
  state: string;
  /** Gateways that pin it now. */
  pinnedBy: number;
};
export type RotationPlan = {
  /** To be signed byte for byte. */
  text: string;
  version: number;
  /** What the gateways will believe afterwards. */
  keys: PlannedKey[];
  /** Gateways that pin an older set, of all that pin any. */
  behind: number;
  pinning: number;
};

/** Throws CONFLICT while there is no key that may sign releases. */
export async function planRotation(actor: Actor): Promise<RotationPlan> {
  requireEverywhere(actor, 'trust.manage');
  const db = getDb();
  const text = await keySetToSign(actor);
  const version = (await readKeySet(db))?.version ?? 0;
  const [keys, pinned] = await Promise.all([
    db.trustKey.findMany({ orderBy: { createdAt: 'asc' } }),
    db.gatewayPins.findMany({ where: { version: { gt: 0 } }, select: { version: true, fingerprints: true } }),
  ]);
  return {
    text,
    version,
    keys: keys.map(({ fingerprint, label, kind, purposes, state }) => ({
      ...{ fingerprint, label, kind, state },
      purposes: KEY_PURPOSES.filter((purpose) => purposes.includes(purpose)),
      pinnedBy: pinned.filter((one) => one.fingerprints.includes(fingerprint)).length,
    })),
    behind: pinned.filter((one) => one.version < version).length,
    pinning: pinned.length,
  };
}

export type LastRotation = {
  version: number;
  at: Date;
  by: string;
  signer: string | null;
  /** Gateways that pin this set or a newer one, of all that pin any. */
  pinned: number;
  pinning: number;
  /** Were told, and have not answered yet. */
  waiting: number;
  /** Did not take it, and pin an older set still. At most 20. */
  refused: { gateway: { id: string; name: string }; reason: string }[];
};

/** Null: none was ever sent. Of the gateways that the actor may see. */
export async function lastRotation(actor: Actor): Promise<LastRotation | null> {
  const db = getDb();
  const sent = await db.auditEvent.findFirst({ where: { name: 'trust.rotated', result: 'ok' }, orderBy: { seq: 'desc' } });
  const { version, signer } = (sent?.data ?? {}) as { version?: unknown; signer?: unknown };
  if (!sent || typeof version !== 'number') return null;
  const gateway = visibleGateways(actor, 'trust.read');
  const pins = { gateway, version: { gt: 0 } };
  const orders = { name: 'trust.rotate', createdAt: { gte: new Date(sent.at.getTime() - 60_000) }, gateway: { AND: [gateway] } };
  const [pinned, pinning, waiting, refusals] = await Promise.all([
    db.gatewayPins.count({ where: { gateway, version: { gte: version } } }),
    db.gatewayPins.count({ where: pins }),
    db.outboxCommand.count({ where: { ...orders, answeredAt: null, expiresAt: { gt: new Date() } } }),
    db.outboxCommand.findMany({
      where: {
        ...orders,
        resultCode: 'TRUST_REFUSED',
        gateway: { AND: [gateway, { pins: { version: { lt: version } } }] },
      },
      orderBy: { createdAt: 'desc' },
      distinct: ['gatewayId'],
      take: 20,
      select: { resultText: true, gateway: { select: { id: true, name: true } } },
    }),
  ]);
  return {
    ...{ version, at: sent.at, by: sent.actorName, signer: typeof signer === 'string' ? signer : null, pinned, pinning, waiting },
    refused: refusals.map(({ gateway: one, resultText }) => ({ gateway: one, reason: resultText ?? 'it did not say why' })),
  };
}
