/** Sends a signed key set to gateways. The server cannot make one: a release key that they have pinned must have signed it. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { keySetDocumentSchema, signedDocumentSchema } from '#/protocol/trust/keyring';
import { verifyDocument } from '#/trust/verify-signature';
import type { Actor } from '../access/actor';
import { requireEverywhere } from '../access/require-everywhere';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import { enqueueCommand } from '../outbox/enqueue-command';
import { readKeyring, readKeySet } from './read-keyring';

export const rotatePinsSchema = z.object({ document: signedDocumentSchema });

/** The text to sign: the ring as it is now, one version above what it was. */
export async function keySetToSign(actor: Actor): Promise<string> {
  requireEverywhere(actor, 'trust.manage');
  const set = await readKeySet(getDb());
  if (set === null) throw new DomainError('CONFLICT', 'There is no key that may sign releases: gateways must not pin none.');
  return `${JSON.stringify({ type: 'fairlead-key-set/1', ...set }, null, 2)}\n`;
}

/** Looks at it as a gateway will, then orders it from every gateway that pins an older set. */
export async function rotatePins(
  actor: Actor,
  input: z.infer<typeof rotatePinsSchema>,
): Promise<{
  version: number;
  gateways: number /** Of them, those that do not pin the key that signed it: they will refuse it. */;
  strangers: number;
}> {
  requireEverywhere(actor, 'trust.manage');
  const { document } = rotatePinsSchema.parse(input);
  const set = keySetDocumentSchema.safeParse(parseJson(document.text));
  if (!set.success) throw new DomainError('VALIDATION_FAILED', 'The signed text is not a key set.');
  const db = getDb();
  const look = await verifyDocument(document, await readKeyring(db), 'release', Date.now());
  if (look.verdict !== 'verified') throw new DomainError('SIGNATURE_INVALID', `The key set is not signed by a release key. ${look.reason}`);
  const { version } = set.data;
  const behind = await db.gatewayPins.findMany({
    where: { version: { gt: 0, lt: version } },
    select: { gatewayId: true, fingerprints: true },
  });
  const strangers = behind.filter(({ fingerprints }) => !fingerprints.includes(look.keyId ?? '')).length;
  return db.$transaction(async (tx) => {
    for (const { gatewayId } of behind) await enqueueCommand(tx, gatewayId, { name: 'trust.rotate', document });
    const data = { version, gateways: behind.length, signer: look.signer };
    await recordAudit(tx, actor, { name: 'trust.rotated', objectType: 'trust_key', objectId: look.keyId ?? '', data });
    return { version, gateways: behind.length, strangers };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
