import { SignJWT } from 'jose';
import { type GrantClaims, GRANT_JWS_TYP } from '#/protocol/mqtt/grants';
import { signingKey } from './signing-keys';

/** Gateways' clocks may be behind by this much. */
const CLOCK_SKEW_S = 60;

export type GrantToSign = Omit<GrantClaims, 'iss' | 'iat' | 'nbf' | 'exp' | 'max_uses' | 'kid' | 'constraint' | 'bound'> &
  Pick<GrantClaims, 'constraint' | 'bound'> & { expiresAt: Date };

/** The compact JWS of a grant, with the key that only grants have (protocol/mqtt/grants.ts). */
export async function signGrant({ aud, jti, expiresAt, ...claims }: GrantToSign): Promise<string> {
  const { kid, key } = await signingKey('grant');
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims, max_uses: 1, kid })
    .setProtectedHeader({ alg: 'EdDSA', typ: GRANT_JWS_TYP, kid })
    .setIssuer('fairlead')
    .setAudience(aud)
    .setJti(jti)
    .setIssuedAt(nowS)
    .setNotBefore(nowS - CLOCK_SKEW_S)
    .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
    .sign(key);
}
