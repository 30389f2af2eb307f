import { randomUUID } from 'node:crypto';
import { type Session, sessionFromCookies } from '../access/session';
import { within } from '../rest/within';
import { toTrpcError } from './error-map';

/** A database that does not answer is noticed at the first look at the caller. */
const SESSION_MS = 5_000;

/** What every procedure receives; `session` is null when nobody is signed in. */
export type TrpcContext = {
  session: Session | null;
  /** Looks the session up again: streams outlive what was true when they began. */
  recheckSession: () => Promise<Session | null>;
};

/** Context from a request's headers. */
export async function createTrpcContext(headers: Headers): Promise<TrpcContext> {
  const origin = {
    ip: headers.get('x-forwarded-for')?.split(',')[0]?.trim() ?? null,
    requestId: headers.get('x-request-id') ?? randomUUID(),
  };
  const cookie = headers.get('cookie');
  const recheckSession = () =>
    within(SESSION_MS, sessionFromCookies(cookie, origin)).catch((error: unknown) => {
      throw toTrpcError(error);
    });
  return { session: await recheckSession(), recheckSession };
}
