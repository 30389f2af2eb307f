import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { getDb } from '../db/client';
import { requireAnAdmin } from './last-admin';

class UndoEverything extends Error {}

it('someone who manages users at every site must stay', async () => {
  const attempt = getDb().$transaction(async (tx) => {
    const { id: siteId } = await tx.site.create({ data: { code: randomUUID().slice(0, 8), name: 'Test', timezone: 'UTC' } });
    await tx.roleAssignment.deleteMany({ where: { role: 'admin', siteId: null } });
    const user = await tx.user.create({ data: { email: `${randomUUID()}@test.example`, name: 'Ada', passwordHash: 'x' } });
    await tx.roleAssignment.create({ data: { userId: user.id, role: 'admin', siteId } });
    await expect(requireAnAdmin(tx)).rejects.toMatchObject({ code: 'CONFLICT' });
    await tx.roleAssignment.create({ data: { userId: user.id, role: 'admin', siteId: null } });
    await requireAnAdmin(tx);
    await tx.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
    await expect(requireAnAdmin(tx)).rejects.toMatchObject({ code: 'CONFLICT' });
    throw new UndoEverything();
  });
  await expect(attempt).rejects.toBeInstanceOf(UndoEverything);
});
