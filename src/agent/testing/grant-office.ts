/** Signs grants as a server does, right ones and wrong ones. For tests. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { GRANT_JWS_TYP, type GrantClaims } from '#/protocol/mqtt/grants';
import type { GrantKeys } from '../identity/identity-file';
import { GATEWAY_ID, type SimGateway } from './sim-gateway';

export type GrantOrder = Partial<Omit<GrantClaims, 'constraint' | 'bound'>> & Pick<GrantClaims, 'constraint' | 'bound'>;
export type Place = Pick<GrantClaims, 'aud' | 'boot_id' | 'nonce'>;

/** Let a UPS that holds 22 % or more do, for the write. */
export const UPS_GRANT = { constraint: 'ups_battery', bound: { levelPercent: 22, onBattery: false }, op: 'O2' } as const;
export const MOTION_GRANT = { constraint: 'crane_motion', bound: { restMs: 10_000 }, op: 'O3' } as const;

export type GrantOffice = {
  keys: GrantKeys;
  /** `typ` of the header may be a wrong one. */
  sign(place: Place, nowMs: number, order: GrantOrder, typ?: string): Promise<string>;
};

export async function openGrantOffice(kid = 'grant-1'): Promise<GrantOffice> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    keys: [{ kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '', kid }],
    sign(place, nowMs, order, typ = GRANT_JWS_TYP) {
      const nowS = Math.floor(nowMs / 1000);
      const claims = {
        iss: 'fairlead',
        jti: 'grant-1',
        job_id: null,
        op: 'O3',
        artifact_sha256: null,
        iat: nowS,
        nbf: nowS,
        exp: nowS + 600,
        max_uses: 1,
        request_hash: 'a'.repeat(64),
        kid,
        ...place,
        ...order,
      };
      return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ, kid }).sign(privateKey);
    },
  };
}

/** Where a grant for this gateway, now, is valid. */
export function placeOf(gateway: SimGateway): Place {
  return { aud: GATEWAY_ID, boot_id: gateway.slots.bootId, nonce: gateway.nonces.current() };
}
