import { SignJWT } from 'jose';
import { COMMAND_JWS_TYP, type CommandBody } from '#/protocol/mqtt/commands';
import { signingKey } from './signing-keys';

export type CommandToSign = { id: string; gatewayId: string; seq: bigint; body: CommandBody; notBeforeAt: Date; expiresAt: Date };

/** Gateways' clocks may be behind by this much. */
const CLOCK_SKEW_S = 60;

/** The compact JWS of a command, bound to gateway, id, sequence, not-before and expiry (protocol/mqtt/commands.ts). */
export async function signCommand(command: CommandToSign): Promise<string> {
  const { kid, key } = await signingKey('command');
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ seq: Number(command.seq), body: command.body })
    .setProtectedHeader({ alg: 'EdDSA', typ: COMMAND_JWS_TYP, kid })
    .setIssuer('fairlead')
    .setAudience(command.gatewayId)
    .setJti(command.id)
    .setIssuedAt(nowS)
    .setNotBefore(Math.min(nowS, Math.floor(command.notBeforeAt.getTime() / 1000)) - CLOCK_SKEW_S)
    .setExpirationTime(Math.floor(command.expiresAt.getTime() / 1000))
    .sign(key);
}
