/** Signs the grants of a gateway against the newest nonce of its constraint reports, and orders them for the agent. */
import { constraintBoundSchema, operationClassSchema } from '#/domain/safety/bounds';
import { systemActor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { publicKeys, signingKey } from '../commands/signing-keys';
import { signGrant } from '../commands/sign-grant';
import type { Tx } from '../db/client';
import { enqueueCommand } from '../outbox/enqueue-command';

/** The agent renews its nonce every 60 s and takes the last two; an older one is not worth an offer. */
export const NONCE_FRESH_MS = 60_000;
/** An offer that is not answered within this is made again with the nonce of then. */
export const OFFER_TTL_MS = 30_000;

/**
 * Offers what is issued and not under way; 0 when the gateway is away, has told no fresh nonce, or must pin the key first.
 * The caller holds the gateway's row lock. Called at the approval, and by a loop until the agent has it.
 */
export async function offerGrants(tx: Tx, gatewayId: string, now = new Date()): Promise<number> {
  const gateway = await tx.gateway.findUniqueOrThrow({ where: { id: gatewayId } });
  const { safetyNonce, safetyBootId, safetyNonceAt } = gateway;
  if (!gateway.connected || !safetyNonce || !safetyBootId || !safetyNonceAt) return 0;
  if (now.getTime() - safetyNonceAt.getTime() > NONCE_FRESH_MS) return 0;
  const due = new Date(now.getTime() - OFFER_TTL_MS);
  const grants = await tx.overrideGrant.findMany({
    where: { gatewayId, state: 'issued', endedAt: null, expiresAt: { gt: now }, OR: [{ offeredAt: null }, { offeredAt: { lt: due } }] },
    include: { request: true },
  });
  if (grants.length === 0) return 0;
  await pinKeys(tx, gateway);
  for (const { request, ...grant } of grants) {
    const jws = await signGrant({
      aud: gatewayId,
      jti: grant.id,
      boot_id: safetyBootId,
      nonce: safetyNonce,
      job_id: request.jobId,
      op: operationClassSchema.parse(request.operation),
      artifact_sha256: request.artifactSha256,
      ...constraintBoundSchema.parse({ constraint: grant.constraint, bound: grant.bound }),
      request_hash: request.requestHash,
      expiresAt: grant.expiresAt,
    });
    const { commandId } = await enqueueCommand(tx, gatewayId, { name: 'grant.offer', grant: jws }, { ttlMs: OFFER_TTL_MS });
    await tx.overrideGrant.update({
      where: { id: grant.id },
      data: { offeredAt: now, offerCommandId: commandId, offers: { increment: 1 } },
    });
    await recordAudit(tx, systemActor('controller'), {
      name: 'override.grant_offered',
      objectType: 'override',
      objectId: request.id,
      siteId: request.siteId,
      data: { grantId: grant.id, constraint: grant.constraint, offer: grant.offers + 1 },
    });
  }
  return grants.length;
}

/** An agent that was enrolled before there were grants, or under another key, gets the keys first: commands keep their order. */
async function pinKeys(tx: Tx, gateway: { id: string; grantKid: string | null }): Promise<void> {
  const { kid } = await signingKey('grant');
  if (gateway.grantKid === kid) return;
  const waiting = await tx.outboxCommand.count({
    where: { gatewayId: gateway.id, name: 'keys.pin', answeredAt: null, expiresAt: { gt: new Date() } },
  });
  if (waiting === 0) await enqueueCommand(tx, gateway.id, { name: 'keys.pin', grantKeys: await publicKeys('grant') });
}
