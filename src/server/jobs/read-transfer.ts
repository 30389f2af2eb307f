import { z } from 'zod';
import type { Db } from '../db/client';

/** As the agent tells it in the details of its report; its reason is in the timeline. */
const transferSchema = z.object({
  mode: z.enum(['full', 'blocks', 'patch']),
  bytesFetched: z.number().nonnegative(),
  reusedBytes: z.number().nonnegative(),
  slots: z.array(z.string()).default([]),
});
export type Transfer = z.infer<typeof transferSchema>;

/** How the image of a job came, the last time that it came; null before that, and from agents that do not tell. */
export async function readTransfer(db: Db, jobId: string): Promise<Transfer | null> {
  const event = await db.jobEvent.findFirst({
    where: { jobId, kind: 'state', state: 'downloaded' },
    orderBy: { id: 'desc' },
    select: { details: true },
  });
  const said = z.object({ transfer: transferSchema }).safeParse(event?.details);
  return said.success ? said.data.transfer : null;
}
