import type { Tx } from '../db/client';

/** Takes back the commands of a job that were never sent; the relay marks a command before it publishes it. */
export async function withdrawUnsent(tx: Tx, jobId: string): Promise<number> {
  const { count } = await tx.outboxCommand.updateMany({
    where: { jobId, sentAt: null, answeredAt: null },
    data: { answeredAt: new Date(), resultCode: 'WITHDRAWN', resultText: 'taken back before it was sent' },
  });
  return count;
}
