/**
 * /uploads: images come in resumably (tus 1.0.0). It stands beside Next, which would hold the body in memory. A browser comes with
 * its session, a program with a token; only who began an upload goes on with it.
 */
import { randomUUID } from 'node:crypto';
import { ERRORS, Server } from '@tus/server';
import { isAllowed } from '#/domain/access/grants';
import { DomainError, type ErrorCode } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { getEnv } from '../config/env';
import { getDb } from '../db/client';
import { errorAnswer, toResponse } from '../rest/answer';
import { authenticate } from '../rest/authenticate';
import { spendFailure, spendRequest } from '../rest/rate-limit';
import { beginUpload } from './begin-upload';
import { finishUpload } from './finish-upload';
import { UploadDataStore } from './upload-data-store';
import { UploadLocks } from './upload-locks';

export const UPLOADS_PATH = '/uploads';
const ID = /^\/uploads\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What the library says, in our words. */
const CODES: Record<number, ErrorCode> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  410: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  423: 'SYSTEM_BUSY',
};

export type UploadDoor = { handle(request: Request, peer: { ip: string | null }): Promise<Response>; close(): Promise<void> };

export function createUploadDoor(): UploadDoor {
  const callers = new WeakMap<object, { actor: Actor; requestId: string }>();
  const callerOf = (request: object) => {
    const caller = callers.get(request);
    if (!caller) throw new Error('nobody has looked at who calls');
    return caller;
  };
  const locks = new UploadLocks();
  const tus = new Server({
    path: UPLOADS_PATH,
    datastore: new UploadDataStore(),
    locker: locks,
    relativeLocation: true,
    // What a client that came back waits for who still seems to send.
    lockDrainTimeout: 500,
    allowedOrigins: [],
    maxSize: () => getEnv().UPLOAD_MAX_BYTES,
    namingFunction: () => randomUUID(),
    async onUploadCreate(request, { id, size, metadata = {} }) {
      await beginUpload(callerOf(request).actor, { id, sizeBytes: size, metadata });
      return {};
    },
    async onUploadFinish(request, { id }) {
      await finishUpload(callerOf(request).actor, id);
      return {};
    },
    onResponseError(request, error) {
      if ('status_code' in error) return undefined;
      const { status, body } = errorAnswer(error, callerOf(request).requestId);
      return { status_code: status, body: String(body) };
    },
  });

  async function answer(request: Request, ip: string | null, requestId: string): Promise<Response> {
    const actor = await identify(request, { ip, requestId });
    const path = new URL(request.url).pathname;
    if (path !== UPLOADS_PATH) await requireOwner(actor, ID.exec(path)?.[1]);
    callers.set(request, { actor, requestId });
    const response = await tus.handleWeb(request as Parameters<typeof tus.handleWeb>[0]);
    return response.status < 400 ? response : asContractError(response, requestId);
  }

  return {
    async handle(request, { ip }) {
      const requestId = request.headers.get('x-request-id') ?? `req_${randomUUID()}`;
      return answer(request, ip, requestId).catch((error: unknown) => toResponse(errorAnswer(error, requestId), requestId, request.method));
    },
    close: () => locks.close(),
  };
}

async function identify(request: Request, origin: { ip: string | null; requestId: string }): Promise<Actor> {
  const actor = await authenticate(request, origin).catch(async (error: unknown) => {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') await spendFailure(origin.ip);
    throw error;
  });
  await spendRequest(actor.type === 'token' ? `token:${actor.tokenId}` : `user:${actor.id}`);
  if (isAllowed(actor.grants, 'upload.write', null)) return actor;
  throw new DomainError('FORBIDDEN', 'You may not do this: the permission upload.write is missing.', { permission: 'upload.write' });
}

/** Another's upload does not exist for one. */
async function requireOwner(actor: Actor, uploadId: string | undefined): Promise<void> {
  const upload = uploadId && (await getDb().upload.findUnique({ where: { id: uploadId }, select: { ownerId: true } }));
  if (!upload || upload.ownerId !== actor.id) throw new DomainError('NOT_FOUND', 'There is no such upload.');
}

/** Keeps the status, by which clients of the protocol go, and the protocol's headers. */
async function asContractError(response: Response, requestId: string): Promise<Response> {
  const text = await response.text();
  const body = text.startsWith('{') ? text : contractBody(response.status, text, requestId);
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json; charset=utf-8');
  headers.set('content-length', String(Buffer.byteLength(body)));
  headers.set('x-request-id', requestId);
  return new Response(body, { status: response.status, headers });
}

function contractBody(status: number, text: string, requestId: string): string {
  if (status >= 500 && status !== ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION.status_code)
    return String(errorAnswer(new Error(text), requestId).body);
  const message = text.trim() || 'This request does not follow the protocol.';
  return String(errorAnswer(new DomainError(CODES[status] ?? 'VALIDATION_FAILED', message), requestId).body);
}
