import { DomainError } from '#/domain/errors/domain-error';
import { getEnv } from '../config/env';

/** A cookie is sent by any page that makes the browser call; a write must come from our own. Throws FORBIDDEN. */
export function requireSameOrigin(headers: Headers): void {
  const site = headers.get('sec-fetch-site');
  const from = headers.get('origin');
  const foreign = (site !== null && site !== 'same-origin') || (from !== null && !isOwnOrigin(from, headers));
  // Every browser names at least one of the two with a POST.
  if (!foreign && (site !== null || from !== null)) return;
  throw new DomainError('FORBIDDEN', 'This write does not come from a page of this server.', { reason: 'cross_origin' }, [
    'Use an API token for programs',
  ]);
}

function isOwnOrigin(from: string, headers: Headers): boolean {
  if (!URL.canParse(from)) return false;
  const origin = new URL(from);
  return origin.origin === new URL(getEnv().PUBLIC_URL).origin || origin.host === headers.get('host');
}
