import { DomainError } from '#/domain/errors/domain-error';
import type { Tx } from '../db/client';

/** The person with this e-mail, locked until the transaction ends so that changes of one account follow each other. */
export async function lockUser(tx: Tx, email: string): Promise<{ id: string; email: string; disabledAt: Date | null }> {
  const normal = normalEmail(email);
  const [user] = await tx.$queryRaw<{ id: string; email: string; disabledAt: Date | null }[]>`
    SELECT id, email, "disabledAt" FROM "User" WHERE email = ${normal} FOR UPDATE`;
  if (!user)
    throw new DomainError('NOT_FOUND', `There is no user ${normal.slice(0, 100)}.`, {}, ['List the users to find the right e-mail']);
  return user;
}

/** E-mails are kept and compared in lower case, as sign-in does. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}
