import type { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import type { EnrolResponse, enrolRequestSchema } from '#/protocol/device/enrolment';
import { systemActor } from '../access/actor';
import { recordAudit } from '../audit/record-audit';
import { publicKeys, signingKey } from '../commands/signing-keys';
import { getDb, type Tx } from '../db/client';
import { hint } from '../db/hint';
import { readKeySet } from '../trust/read-keyring';
import { makeVerifier, matchesVerifier, newGatewaySecret } from './credential-verifier';
import { hashEnrolmentToken } from './issue-token';

/** Turns a one-time token into an identity: atomic, so that of two devices with one token one wins. */
export async function enrolGateway(
  request: z.infer<typeof enrolRequestSchema>,
  context: { mqttUrl: string; ip: string | null },
): Promise<EnrolResponse> {
  const secret = request.secret ?? newGatewaySecret();
  const verifier = await makeVerifier(secret);
  const [commandKeys, grantKeys, { kid: grantKid }] = [await publicKeys('command'), await publicKeys('grant'), await signingKey('grant')];
  const releaseKeys = await readKeySet(getDb());
  const gateway = await getDb().$transaction(async (tx) => {
    const now = new Date();
    const tokenHash = hashEnrolmentToken(request.token);
    const used = await tx.enrolmentToken.updateMany({ where: { tokenHash, usedAt: null, expiresAt: { gt: now } }, data: { usedAt: now } });
    if (used.count !== 1) {
      const known = request.secret === undefined ? null : await enrolledWith(tx, tokenHash, request.secret);
      if (known) return known;
      throw new DomainError('UNAUTHENTICATED', 'This enrolment token is unknown, used or expired.', {}, [
        'Ask an administrator for a new enrolment token',
      ]);
    }
    const token = await tx.enrolmentToken.findUniqueOrThrow({ where: { tokenHash } });
    const before = await tx.gateway.findUniqueOrThrow({ where: { id: token.gatewayId } });
    if (before.serialNumber !== request.serialNumber) {
      throw new DomainError('CONFLICT', 'The token is for a gateway with another serial number.', { serial_number: request.serialNumber });
    }
    const row = await tx.gateway.update({
      where: { id: token.gatewayId },
      data: {
        credentialVerifier: verifier,
        enrolledAt: now,
        grantKid,
        policyVersion: 0,
        hardwareRevision: request.hardwareRevision,
        model: request.model,
      },
      select: { id: true, name: true, siteId: true },
    });
    const actor = { ...systemActor(row.name), ip: context.ip };
    await recordAudit(tx, actor, {
      name: 'gateway.enrolled',
      objectType: 'gateway',
      objectId: row.id,
      siteId: row.siteId,
      data: { serialNumber: request.serialNumber },
    });
    await hint(tx, { kind: 'gateway', gatewayId: row.id, siteId: row.siteId });
    return row;
  });
  return {
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    mqttUrl: context.mqttUrl,
    mqttUsername: gateway.id,
    mqttPassword: secret,
    commandKeys,
    grantKeys,
    ...(releaseKeys === null ? {} : { releaseKeys }),
    serverTime: new Date().toISOString(),
  };
}

/** The gateway that this token has enrolled with this very secret: the answer was lost, and the device asks again. */
async function enrolledWith(tx: Tx, tokenHash: string, secret: string) {
  const token = await tx.enrolmentToken.findUnique({ where: { tokenHash }, select: { usedAt: true, gatewayId: true } });
  if (!token?.usedAt) return null;
  const gateway = await tx.gateway.findUniqueOrThrow({
    where: { id: token.gatewayId },
    select: { id: true, name: true, siteId: true, credentialVerifier: true },
  });
  return gateway.credentialVerifier && (await matchesVerifier(gateway.credentialVerifier, secret)) ? gateway : null;
}
