import { z } from 'zod';
import { ROLES } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { normalEmail } from './find-user';
import { insertGrant } from './grant-role';
import { hashPassword, MIN_PASSWORD_LENGTH } from './passwords';
import { requireEverywhere } from './require-everywhere';

export const passwordSchema = z.string().min(MIN_PASSWORD_LENGTH, `Use at least ${MIN_PASSWORD_LENGTH} characters`).max(1024);

export const createUserSchema = z.object({
  email: z.string().transform(normalEmail).pipe(z.email('This is not an e-mail address').max(254)),
  name: z.string().trim().min(1, 'Give the name').max(100),
  password: passwordSchema,
  /** First role; without one the person may sign in and sees nothing. */
  role: z.enum(ROLES).nullable().default(null),
  /** Null: at every site. */
  siteCode: z.string().max(16).nullable().default(null),
});

/** Creates a person, with a first role when one is given. */
export async function createUser(actor: Actor, input: z.input<typeof createUserSchema>): Promise<{ userId: string; email: string }> {
  requireEverywhere(actor, 'user.manage');
  const { email, name, password, role, siteCode } = createUserSchema.parse(input);
  const passwordHash = await hashPassword(password);
  try {
    return await getDb().$transaction(async (tx) => {
      const { id } = await tx.user.create({ data: { email, name, passwordHash }, select: { id: true } });
      await recordAudit(tx, actor, { name: 'user.created', objectType: 'user', objectId: id, data: { email } });
      if (role !== null) await insertGrant(tx, actor, id, role, siteCode);
      return { userId: id, email };
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'P2002') throw error;
    throw new DomainError('CONFLICT', `There is a user ${email} already.`);
  }
}
