/** Whether a compact JWS is a command of our server, for this gateway, and in force now. Replays are judged by command-desk.ts. */
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { COMMAND_JWS_TYP, type CommandClaims, type CommandResultCode, commandClaimsSchema } from '#/protocol/mqtt/commands';

/** The server's pinned public Ed25519 keys, as enrolment gave them. */
export type PinnedKey = JWK & { kid: string };

export type Verification =
  | { ok: true; claims: CommandClaims }
  | {
      ok: false;
      code: CommandResultCode;
      message: string;
      /** Only when the signature held: ids in an unsigned text are anybody's words. */
      signedId: { commandId: string; seq: number } | null;
    };

/** The clock of a gateway without a good time source may be wrong by this much. */
const SKEW_S = 30;
/** A signed command is a few kilobytes; more is not parsed. */
const MAX_LENGTH = 64 * 1024;

const refuse = (code: CommandResultCode, message: string, signedId: { commandId: string; seq: number } | null = null): Verification => ({
  ok: false,
  code,
  message,
  signedId,
});

/** Never throws. `nowMs` is the wall clock in ms since the epoch. */
export async function verifyCommand(jws: string, gatewayId: string, keys: readonly PinnedKey[], nowMs: number): Promise<Verification> {
  if (jws.length > MAX_LENGTH) return refuse('CMD_MALFORMED', 'the command is too long');
  const header = readHeader(jws);
  if (!header) return refuse('CMD_MALFORMED', 'not a compact JWS');
  if (header.typ !== COMMAND_JWS_TYP) return refuse('CMD_MALFORMED', `typ is not ${COMMAND_JWS_TYP}`);
  if (header.alg !== 'EdDSA') return refuse('CMD_SIGNATURE_INVALID', 'the algorithm is not EdDSA');
  const key = keys.find((candidate) => candidate.kid === header.kid);
  if (!key) return refuse('CMD_UNKNOWN_KEY', 'signed by a key that is not pinned');
  const payload = await signedPayload(jws, key);
  if (payload === null) return refuse('CMD_SIGNATURE_INVALID', 'the signature does not hold');
  return judgeClaims(payload, gatewayId, nowMs);
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

function judgeClaims(payload: string, gatewayId: string, nowMs: number): Verification {
  const raw = parseJson(payload);
  const parsed = commandClaimsSchema.safeParse(raw);
  const envelope = commandClaimsSchema.omit({ body: true }).safeParse(raw);
  if (!envelope.success) return refuse('CMD_MALFORMED', 'the claims are not those of a command');
  const { aud, jti, seq, nbf, exp } = envelope.data;
  const signedId = { commandId: jti, seq };
  if (aud !== gatewayId) return refuse('CMD_WRONG_GATEWAY', 'the command is for another gateway', signedId);
  const nowS = nowMs / 1000;
  if (exp + SKEW_S <= nowS) return refuse('CMD_EXPIRED', 'the command has expired', signedId);
  if (nbf - SKEW_S > nowS) return refuse('CMD_NOT_YET_VALID', 'the command is not in force yet', signedId);
  // Newer servers may know commands that this agent does not.
  if (!parsed.success) return refuse('CMD_UNKNOWN', 'the agent does not know this command', signedId);
  return { ok: true, claims: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
