/** Opens a compact JWS of our server: the type asked for, EdDSA, a pinned key, a signature that holds. Its claims are the caller's. */
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';

/** A pinned public Ed25519 key of the server. */
export type PinnedKey = JWK & { kid: string };

export type Opened =
  | { ok: true; kid: string; claims: unknown }
  | { ok: false; fault: 'malformed' | 'signature' | 'unknown_key'; message: string };

/** A signed text is a few kilobytes, with signatures of an image some hundred; more is not parsed. */
const MAX_LENGTH = 512 * 1024;

/** Never throws. `what` names the thing in messages. */
export async function openSigned(jws: string, typ: string, keys: readonly PinnedKey[], what: string): Promise<Opened> {
  if (jws.length > MAX_LENGTH) return { ok: false, fault: 'malformed', message: `the ${what} is too long` };
  const header = readHeader(jws);
  if (!header) return { ok: false, fault: 'malformed', message: 'not a compact JWS' };
  if (header.typ !== typ) return { ok: false, fault: 'malformed', message: `typ is not ${typ}` };
  if (header.alg !== 'EdDSA') return { ok: false, fault: 'signature', message: 'the algorithm is not EdDSA' };
  const key = keys.find((candidate) => candidate.kid === header.kid);
  if (!key) return { ok: false, fault: 'unknown_key', message: 'signed by a key that is not pinned' };
  const payload = await signedPayload(jws, key);
  if (payload === null) return { ok: false, fault: 'signature', message: 'the signature does not hold' };
  return { ok: true, kid: key.kid, claims: parseJson(payload) };
}

function readHeader(jws: string): { typ?: unknown; alg?: unknown; kid?: unknown } | null {
  if (jws.split('.').length !== 3) return null;
  try {
    return decodeProtectedHeader(jws);
  } catch {
    return null;
  }
}

async function signedPayload(jws: string, key: PinnedKey): Promise<string | null> {
  try {
    const { payload } = await compactVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] });
    return new TextDecoder().decode(payload);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
