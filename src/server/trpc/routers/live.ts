/** Live streams over SSE. A tab holds one: the fleet's, a gateway's or a job's. */
import { z } from 'zod';
import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { type Actor, requirePermission } from '../../access/actor';
import { getDb } from '../../db/client';
import { toTrpcError } from '../error-map';
import { procedure, router } from '../init';
import type { LiveScope } from '../live-inbox';
import { liveStream } from '../live-stream';

/** The browser adds it when it reconnects. */
const resumable = { lastEventId: z.string().max(64).optional() };

export const liveRouter = router({
  fleet: procedure('gateway.read')
    .input(z.object(resumable))
    .subscription(({ ctx, input, signal }) =>
      liveStream({ ctx, signal, lastEventId: input.lastEventId, scope: scopeOf(ctx.actor, 'gateway.read', ctx.actor.gatewayId) }),
    ),

  gateway: procedure('gateway.read')
    .input(z.object({ gatewayId: z.uuid(), ...resumable }))
    .subscription(async function* ({ ctx, input, signal }) {
      const gateway = await getDb().gateway.findUnique({ where: { id: input.gatewayId }, select: { siteId: true } });
      if (!gateway) throw toTrpcError(new DomainError('GATEWAY_NOT_FOUND', 'This gateway does not exist.'));
      const scope = readableScope(ctx.actor, 'gateway.read', gateway.siteId, input.gatewayId);
      yield* liveStream({ ctx, signal, lastEventId: input.lastEventId, scope });
    }),

  job: procedure('job.read')
    .input(z.object({ jobId: z.string().max(64), ...resumable }))
    .subscription(async function* ({ ctx, input, signal }) {
      const job = await getDb().job.findUnique({ where: { id: input.jobId }, select: { siteId: true, gatewayId: true } });
      if (!job) throw toTrpcError(new DomainError('JOB_NOT_FOUND', 'This job does not exist.'));
      const scope = readableScope(ctx.actor, 'job.read', job.siteId, job.gatewayId);
      yield* liveStream({ ctx, signal, lastEventId: input.lastEventId, scope });
    }),
});

function scopeOf(actor: Actor, permission: Permission, gatewayId: string | null): LiveScope {
  return { gatewayId, seesSite: (siteId) => isAllowed(actor.grants, permission, siteId) };
}

/** Errors of a generator do not pass the procedure's middleware: they are mapped here. */
function readableScope(actor: Actor, permission: Permission, siteId: string, gatewayId: string): LiveScope {
  try {
    requirePermission(actor, permission, siteId);
  } catch (error) {
    throw toTrpcError(error);
  }
  return scopeOf(actor, permission, gatewayId);
}
