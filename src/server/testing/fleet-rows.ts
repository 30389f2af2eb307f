/** Rows for database tests: each call makes its own, with random names. */
import { randomUUID } from 'node:crypto';
import type { Role } from '#/domain/access/roles';
import { createToken } from '../access/create-token';
import { sessionFromToken } from '../access/session';
import { sessionSettings } from '../access/session-settings';
import { getDb } from '../db/client';
import { makeVerifier, newGatewaySecret } from '../enrolment/credential-verifier';
import { encode } from 'next-auth/jwt';

export async function makeSite() {
  const tag = randomUUID().slice(0, 8);
  return getDb().site.create({ data: { code: tag, name: tag, timezone: 'Europe/Berlin' } });
}

/** An enrolled gateway with its secret. */
export async function makeGateway(siteId?: string) {
  const db = getDb();
  const tag = randomUUID().slice(0, 8);
  const site = siteId ?? (await makeSite()).id;
  const crane = await db.crane.create({ data: { siteId: site, name: tag, kind: 'sts' } });
  const secret = newGatewaySecret();
  const row = await db.gateway.create({
    data: {
      name: `GW-${tag}`,
      siteId: site,
      craneId: crane.id,
      model: 'm',
      serialNumber: tag,
      hardwareRevision: 'h',
      activeSlot: 'A',
      activeVersion: 'v1.0.0',
      enrolledAt: new Date(),
      credentialVerifier: await makeVerifier(secret),
    },
  });
  return { ...row, secret };
}

/** A person with a session cookie and a token; `siteId: null` gives the role everywhere. */
export async function makePerson(role: Role, options: { siteId?: string; gatewayId?: string } = {}) {
  const user = await getDb().user.create({
    data: {
      email: `${randomUUID()}@test.example`,
      name: 'Test',
      passwordHash: 'none',
      roles: { create: { role, siteId: options.siteId ?? null } },
    },
  });
  const { secret } = sessionSettings();
  const sessionToken = await encode({ token: { sub: user.id, epoch: 0, startedAtMs: Date.now() }, secret, maxAge: 600 });
  const session = await sessionFromToken(sessionToken, { ip: null, requestId: null });
  if (!session) throw new Error('the session of a new person does not hold');
  const { token, tokenId } = await createToken(session.actor, { name: 'test', gatewayId: options.gatewayId ?? null });
  return { userId: user.id, sessionToken, token, tokenId, actor: session.actor };
}
