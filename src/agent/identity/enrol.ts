/** Trades a one-time token for an identity. Patient while the server is away, final when the token is refused. */
import pRetry from 'p-retry';
import { z } from 'zod';
import { enrolResponseSchema, type enrolRequestSchema } from '#/protocol/device/enrolment';
import type { Storage } from '../storage/storage';
import { hashToken, type Identity, readIdentity, readySecret, writeIdentity } from './identity-file';

export type EnrolOptions = {
  storage: Storage;
  dataFolder: string;
  serverUrl: string;
  /** Null: only an identity that is on disk already will do. */
  token: string | null;
  device: Omit<z.infer<typeof enrolRequestSchema>, 'token' | 'secret'>;
  fetchHttp: typeof fetch;
  /** The server could not be asked; it is asked again. */
  onDelay(reason: string): void;
  signal?: AbortSignal;
  firstDelayMs?: number;
  longestDelayMs?: number;
};

/** Nobody will get an identity in this way: asking again is of no use. */
export class EnrolmentRefusedError extends Error {
  override readonly name = 'EnrolmentRefusedError';
}

const TRY_MS = 15_000;
/** Answers that say "not now" and not "not you". */
const RETRIED_STATUS = new Set([408, 425, 429]);
const errorBodySchema = z.object({ message: z.string() });

/** The identity on disk, or a new one. Rejects with EnrolmentRefusedError, IdentityUnreadableError or the signal's reason. */
export async function obtainIdentity(options: EnrolOptions): Promise<Identity> {
  const known = await readIdentity(options.storage, options.dataFolder);
  if (known) return known;
  const { token } = options;
  if (token === null) throw new EnrolmentRefusedError('the gateway is not enrolled yet: give it a one-time token with --enrol-token');
  const secret = await readySecret(options.storage, options.dataFolder, token);
  const identity = await pRetry(() => askServer(options, token, secret), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: options.firstDelayMs ?? 1000,
    maxTimeout: options.longestDelayMs ?? 60_000,
    randomize: true,
    signal: options.signal,
    shouldRetry: ({ error }) => !(error instanceof EnrolmentRefusedError),
    onFailedAttempt: ({ error }) => {
      if (!(error instanceof EnrolmentRefusedError)) options.onDelay(reasonOf(error));
    },
  });
  await writeIdentity(options.storage, options.dataFolder, identity);
  return identity;
}

async function askServer(options: EnrolOptions, token: string, secret: string): Promise<Identity> {
  const response = await options.fetchHttp(`${options.serverUrl.replace(/\/+$/, '')}/device/v1/enroll`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, secret, ...options.device }),
    signal: AbortSignal.any([AbortSignal.timeout(TRY_MS), ...(options.signal ? [options.signal] : [])]),
  });
  if (!response.ok) {
    const said = errorBodySchema.safeParse(await response.json().catch(() => null));
    const reason = said.success ? said.data.message : `it answered ${response.status}`;
    if (response.status < 500 && !RETRIED_STATUS.has(response.status)) {
      throw new EnrolmentRefusedError(`the server refused to enrol this gateway: ${reason}`);
    }
    throw new Error(`the server is not ready: ${reason}`);
  }
  const answer = enrolResponseSchema.parse(await response.json());
  return {
    v: 1,
    gatewayId: answer.gatewayId,
    gatewayName: answer.gatewayName,
    mqttUrl: answer.mqttUrl,
    secret: answer.mqttPassword,
    commandKeys: answer.commandKeys,
    ...(answer.releaseKeys === undefined ? {} : { releaseKeys: answer.releaseKeys }),
    ...(answer.grantKeys ? { grantKeys: answer.grantKeys } : {}),
    tokenSha256: hashToken(token),
    enrolledAt: new Date(answer.serverTime).toISOString(),
  };
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
