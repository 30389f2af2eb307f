/** Whether a gateway's id and secret fit: for the broker, and for the device doors (Basic auth). */
import { createHash } from 'node:crypto';
import { getDb } from '../db/client';
import { matchesVerifier } from './credential-verifier';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A gateway that reconnects or downloads in ranges asks often. A secret that was replaced is refused after this at the latest. */
const CACHE_MS = 30_000;
const CACHE_ENTRIES = 20_000;

/** The secret that each gateway has last proved, by hash: one each, so that a new secret ends the old one's entry. */
const proved = new Map<string, { key: string; untilMs: number }>();

/** True when the gateway is enrolled with this secret. Only positive answers are remembered. */
export async function verifyCredential(gatewayId: string, secret: string): Promise<boolean> {
  if (!UUID.test(gatewayId) || secret.length > 200) return false;
  const key = createHash('sha256').update(secret).digest('base64');
  const known = proved.get(gatewayId);
  if (known?.key === key && known.untilMs > Date.now()) return true;
  const gateway = await getDb().gateway.findUnique({ where: { id: gatewayId }, select: { credentialVerifier: true } });
  const fits = gateway?.credentialVerifier ? await matchesVerifier(gateway.credentialVerifier, secret) : false;
  if (!fits) return false;
  proved.delete(gatewayId);
  proved.set(gatewayId, { key, untilMs: Date.now() + CACHE_MS });
  // The oldest entry first: insertion order is age.
  if (proved.size > CACHE_ENTRIES) proved.delete(proved.keys().next().value as string);
  return true;
}

/** The gateway of an Authorization header (Basic gatewayId:secret), or null. */
export async function gatewayFromBasicAuth(header: string | null | undefined): Promise<string | null> {
  const match = /^Basic ([A-Za-z0-9+/=]{1,600})$/.exec(header ?? '');
  if (!match) return null;
  const text = Buffer.from(match[1] as string, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const gatewayId = text.slice(0, Math.max(0, colon));
  return colon > 0 && (await verifyCredential(gatewayId, text.slice(colon + 1))) ? gatewayId : null;
}
