/** The tRPC root: transformer, error mapping and the builder by which every procedure declares its permission. */
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { ZodError } from 'zod';
import { isAllowed } from '#/domain/access/grants';
import type { Permission } from '#/domain/access/roles';
import { DomainError } from '#/domain/errors/domain-error';
import { within } from '../rest/within';
import type { TrpcContext } from './context';
import { toTrpcError, UNEXPECTED } from './error-map';

/** 'signed-in': needs a session and no further right (a person's own account). */
export type DeclaredPermission = Permission | 'signed-in';
export type ProcedureMeta = { permission: DeclaredPermission };

/** What the browser is told about an error beside its message. */
export type ErrorData = {
  domainCode: string | null;
  details: Record<string, unknown>;
  suggestedActions: string[];
  fields: Record<string, string[]> | null;
};

/** Longer than a use-case that waits for the gateway's own answer. */
const WORK_MS = 30_000;
/** For what has to read an image: as long as REST gives it. */
export const LOOK_MS = 600_000;

const t = initTRPC
  .context<TrpcContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    sse: { ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
    errorFormatter: ({ shape, error }) => {
      const domain = error.cause instanceof DomainError ? error.cause : null;
      const invalid = error.cause instanceof ZodError ? error.cause : null;
      const { stack: _stack, ...data } = shape.data;
      const extra: ErrorData = {
        domainCode: domain?.code ?? null,
        details: domain?.details ?? {},
        suggestedActions: domain?.suggestedActions ?? [],
        fields: invalid ? fieldErrors(invalid) : null,
      };
      // Whatever has not passed toTrpcError (an error while a stream runs) says nothing of its inside either.
      const unexpected = error.code === 'INTERNAL_SERVER_ERROR' && domain === null;
      const message = invalid ? 'Some of what was entered is not valid.' : unexpected ? UNEXPECTED : shape.message;
      return { ...shape, message, data: { ...data, ...extra } };
    },
  });

export const router = t.router;
export const mergeRouters = t.mergeRouters;

/**
 * The only way to make a procedure: names the permission it needs (at any site; the use-case checks the site).
 * A test walks the router and fails for a procedure without one. An answer takes `workMs` at most.
 */
export function procedure(permission: DeclaredPermission, workMs = WORK_MS) {
  return t.procedure.meta({ permission }).use(async ({ ctx, next, type, getRawInput }) => {
    const session = ctx.session;
    if (!session) throw toTrpcError(new DomainError('UNAUTHENTICATED', 'You are signed out. Sign in again to go on.'));
    if (permission !== 'signed-in' && !isAllowed(session.actor.grants, permission, null)) {
      throw toTrpcError(
        new DomainError('FORBIDDEN', 'Your role does not allow this.', { permission }, [
          'Ask an administrator for a role that carries this permission',
        ]),
      );
    }
    // Read here, where its failure can be told from ours: otherwise broken JSON counts as an unexpected error.
    await getRawInput().catch(() => {
      throw toTrpcError(new DomainError('VALIDATION_FAILED', 'The input is not valid JSON.'));
    });
    const work = next({ ctx: { ...ctx, session, actor: session.actor } });
    const result = await (type === 'subscription' ? work : within(workMs, work)).catch((error: unknown) => {
      throw toTrpcError(error);
    });
    if (!result.ok && result.error.cause) throw toTrpcError(result.error.cause);
    return result;
  });
}

/** Calls procedures on the server side, for pages that prefetch and for tests. */
export const createCallerFactory = t.createCallerFactory;

function fieldErrors(error: ZodError): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const issue of error.issues) {
    const key = issue.path.join('.');
    fields[key] = [...(fields[key] ?? []), issue.message];
  }
  return fields;
}
