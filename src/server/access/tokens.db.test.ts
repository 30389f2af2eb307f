import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getDb } from '../db/client';
import { type Actor, systemActor } from './actor';
import { createToken } from './create-token';
import { listTokens } from './list-tokens';
import { revokeToken } from './revoke-token';
import { hashToken } from './token-secret';

async function person(): Promise<Actor> {
  const user = await getDb().user.create({ data: { email: `${randomUUID()}@test.example`, name: 'Test', passwordHash: 'x' } });
  return { ...systemActor('test'), type: 'user', id: user.id, name: user.email, grants: [{ role: 'operator', siteId: null }] };
}

describe('own API tokens', () => {
  it('keeps the hash only; the list shows how the token begins', async () => {
    const actor = await person();
    const { token, tokenId } = await createToken(actor, { name: 'Dashboard', role: 'viewer', expiresInDays: 7 });
    const row = await getDb().apiToken.findUniqueOrThrow({ where: { id: tokenId } });
    expect(row).toMatchObject({ tokenHash: hashToken(token), role: 'viewer', userId: actor.id });
    expect(JSON.stringify(row)).not.toContain(token);
    expect(await listTokens(actor)).toMatchObject([{ id: tokenId, prefix: token.slice(0, 10), revokedAt: null }]);
    const audit = await getDb().auditEvent.findMany({ where: { objectId: tokenId } });
    expect(audit.map((event) => event.name)).toEqual(['token.created']);
    expect(JSON.stringify(audit.map((event) => event.data))).not.toContain(token);
  });

  it("nobody sees or revokes another person's token", async () => {
    const [owner, other] = [await person(), await person()];
    const { tokenId } = await createToken(owner, { name: 'Mine' });
    expect(await listTokens(other)).toEqual([]);
    await expect(revokeToken(other, tokenId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('revoking twice is recorded once', async () => {
    const actor = await person();
    const { tokenId } = await createToken(actor, { name: 'Short-lived' });
    await revokeToken(actor, tokenId);
    await revokeToken(actor, tokenId);
    expect(await getDb().auditEvent.count({ where: { objectId: tokenId, name: 'token.revoked' } })).toBe(1);
  });

  it('a token cannot make tokens', async () => {
    const actor = await person();
    await expect(createToken({ ...actor, type: 'token' }, { name: 'Child' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
