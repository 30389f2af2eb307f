/** Whether a compact JWS is a command of our server, for this gateway, and in force now. Replays are judged by command-desk.ts. */
import { COMMAND_JWS_TYP, type CommandClaims, type CommandResultCode, commandClaimsSchema } from '#/protocol/mqtt/commands';
import { openSigned, type PinnedKey } from './open-signed';

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
const FAULT_CODES = { malformed: 'CMD_MALFORMED', signature: 'CMD_SIGNATURE_INVALID', unknown_key: 'CMD_UNKNOWN_KEY' } as const;

const refuse = (code: CommandResultCode, message: string, signedId: { commandId: string; seq: number } | null = null): Verification => ({
  ok: false,
  code,
  message,
  signedId,
});

/** Never throws. `nowMs` is the wall clock in ms since the epoch. */
export async function verifyCommand(jws: string, gatewayId: string, keys: readonly PinnedKey[], nowMs: number): Promise<Verification> {
  const opened = await openSigned(jws, COMMAND_JWS_TYP, keys, 'command');
  return opened.ok ? judgeClaims(opened.claims, gatewayId, nowMs) : refuse(FAULT_CODES[opened.fault], opened.message);
}

function judgeClaims(raw: unknown, gatewayId: string, nowMs: number): Verification {
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
