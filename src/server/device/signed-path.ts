/**
 * Paths that open one image, and what is made of it, to one gateway for a time, without its secret:
 * /device/v1/signed/<gateway>/<expires>/<signature>/<sha256>. In the path and not behind it, so that more can be appended.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { getEnv } from '../config/env';

export const SIGNED_PREFIX = '/device/v1/signed/';

const SIGNED = /^\/device\/v1\/signed\/([0-9a-f-]{36})\/(\d{1,12})\/([\w-]{43})\/(.*)$/;
/** For ever: another text voids every path that is out there. */
const KEY_USE = 'fairlead artifact path v1';

let derived: { secret: string; key: Buffer } | null = null;

/** The path for an order to a gateway. Its credential opens the image as well, so a path that expired loses nothing. */
export function signArtifactPath(gatewayId: string, sha256: string, expiresAt: Date): string {
  const expires = Math.floor(expiresAt.getTime() / 1000);
  return `${SIGNED_PREFIX}${gatewayId}/${expires}/${signatureOf(gatewayId, sha256, expires)}/${sha256}`;
}

/** What follows the signature, such as `<sha256>/delta`; null for a path of another form. Says nothing about the signature. */
export function afterSignature(path: string): string | null {
  return SIGNED.exec(path)?.[4] ?? null;
}

/** The gateway to which the path opens this image now, or null. */
export function signedGateway(path: string, sha256: string, nowMs: number = Date.now()): string | null {
  const [, gatewayId, expires, signature] = SIGNED.exec(path) ?? [];
  if (gatewayId === undefined || signature === undefined || Number(expires) * 1000 <= nowMs) return null;
  const expected = signatureOf(gatewayId, sha256, Number(expires));
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature)) ? gatewayId : null;
}

function signatureOf(gatewayId: string, sha256: string, expires: number): string {
  return createHmac('sha256', signingKey()).update(`${gatewayId}\n${sha256}\n${expires}`).digest('base64url');
}

function signingKey(): Buffer {
  const secret = getEnv().FAIRLEAD_SECRET;
  if (derived?.secret !== secret) derived = { secret, key: Buffer.from(hkdfSync('sha256', secret, '', KEY_USE, 32)) };
  return derived.key;
}
