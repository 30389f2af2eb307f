import type { Actor } from '../access/actor';
import { getEnv } from '../config/env';
import { issueEnrolmentToken } from './issue-token';

export type IssuedEnrolment = { token: string; expiresAt: Date; serverUrl: string };

/** A one-time token with the address that the device needs beside it. */
export async function issueEnrolment(actor: Actor, gatewayId: string): Promise<IssuedEnrolment> {
  return { ...(await issueEnrolmentToken(actor, { gatewayId })), serverUrl: getEnv().PUBLIC_URL };
}
