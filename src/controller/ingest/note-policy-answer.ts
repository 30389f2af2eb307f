/** Which version of its site's policy a gateway has taken, and why not the newest: said on its page, and ordered again. */
import { z } from 'zod';
import type { Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** From this refusal on the pause is the longest. */
const LAST_DOUBLING = 6;

type Answer = { code: string; message: string };

/** A refusal of an older version counts for nothing: a newer one is on its way. */
export async function notePolicyAnswer(
  tx: Tx,
  gateway: { id: string; siteId: string },
  body: unknown,
  answer: Answer,
  at: Date,
): Promise<void> {
  const { version } = z.object({ version: z.number().int() }).parse(body);
  if (answer.code === 'OK') {
    await tx.gateway.updateMany({
      where: { id: gateway.id, policyTakenVersion: { lte: version } },
      data: { policyTakenVersion: version, policyRefusal: null, policyRefusals: 0, policyRetryAt: null },
    });
  } else {
    const { policyRefusals } = await tx.gateway.findUniqueOrThrow({ where: { id: gateway.id }, select: { policyRefusals: true } });
    await tx.gateway.updateMany({
      where: { id: gateway.id, policyVersion: version },
      data: {
        policyRefusal: `${answer.code}: ${answer.message}`.slice(0, 500),
        policyRefusals: { increment: 1 },
        policyRetryAt: new Date(at.getTime() + pauseAfter(policyRefusals)),
      },
    });
  }
  await hint(tx, { kind: 'settings', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** A minute at first, twice as long each time, an hour at most. Pure. */
export function pauseAfter(refusalsBefore: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(refusalsBefore, LAST_DOUBLING), LONGEST_PAUSE_MS);
}
