/** Whether a compact JWS is a grant that one of the pinned grant keys has signed. What it says is judged by judge-grant.ts. */
import { decodeJwt } from 'jose';
import { GRANT_JWS_TYP, type GrantClaims, type GrantCode, grantClaimsSchema } from '#/protocol/mqtt/grants';
import { openSigned, type PinnedKey } from '../commands/open-signed';

export type GrantVerification =
  | { ok: true; claims: GrantClaims }
  /** `grantId`: as the text says, which nothing vouches for; null when it says none. */
  | { ok: false; code: GrantCode; message: string; grantId: string | null };

const FAULT_CODES = { malformed: 'GRANT_MALFORMED', signature: 'GRANT_SIGNATURE_INVALID', unknown_key: 'GRANT_UNKNOWN_KEY' } as const;

/** Never throws. */
export async function verifyGrant(jws: string, keys: readonly PinnedKey[]): Promise<GrantVerification> {
  const opened = await openSigned(jws, GRANT_JWS_TYP, keys, 'grant');
  if (!opened.ok) return { ok: false, code: FAULT_CODES[opened.fault], message: opened.message, grantId: idIn(jws) };
  const parsed = grantClaimsSchema.safeParse(opened.claims);
  if (!parsed.success || parsed.data.kid !== opened.kid) {
    return { ok: false, code: 'GRANT_MALFORMED', message: 'the claims are not those of a grant', grantId: idIn(jws) };
  }
  return { ok: true, claims: parsed.data };
}

function idIn(jws: string): string | null {
  try {
    const { jti } = decodeJwt(jws);
    return typeof jti === 'string' && jti.length >= 1 && jti.length <= 80 ? jti : null;
  } catch {
    return null;
  }
}
