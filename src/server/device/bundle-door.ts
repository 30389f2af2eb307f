/** PUT /device/v1/bundles/<id>: a debug bundle, streamed into the artifact store. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { DomainError } from '#/domain/errors/domain-error';
import { MAX_BUNDLE_BYTES } from '#/domain/recovery/retention';
import { gatewayFromBasicAuth } from '../enrolment/verify-credential';
import { expectBundle, receiveBundle } from '../recovery/receive-bundle';
import { HTTP_STATUS } from '../rest/http-status';
import { sendError, sendJson } from './send-json';

const ID = /^DBG-[0-9A-Z]{4,20}$/;
/** People have to make room first. */
const FULL_RETRY_AFTER_S = 60;
const RETRY_AFTER_S = 5;
const SHA256 = /^[0-9a-f]{64}$/;

export async function answerBundle(request: IncomingMessage, response: ServerResponse, bundleId: string): Promise<void> {
  const gatewayId = await gatewayFromBasicAuth(request.headers.authorization);
  if (gatewayId === null) {
    return sendError(request, response, 401, 'UNAUTHENTICATED', 'The gateway id and secret do not fit.', {
      'WWW-Authenticate': 'Basic realm="fairlead"',
      Connection: 'close',
    });
  }
  try {
    const announced = announcedBy(request);
    if (!ID.test(bundleId)) throw new DomainError('NOT_FOUND', 'No such bundle is expected from this gateway.');
    const standing = await expectBundle(gatewayId, bundleId, announced);
    const received = standing === 'wanted' ? await receiveBundle(gatewayId, bundleId, request, announced) : standing;
    sendJson(request, response, received === 'stored' ? 201 : 200, { status: received, bundle_id: bundleId });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { status, headers } = statusOf(error);
    // What is not read of the body must not be taken for the next request.
    const close = request.complete ? {} : { Connection: 'close' };
    sendError(request, response, status, error.code, error.message, { ...headers, ...close });
  } finally {
    if (!request.complete) request.resume();
  }
}

/** A full store is not the gateway's fault, and passes: the gateway tries again until the bundle's time is over. */
function statusOf({ code }: DomainError): { status: number; headers: OutgoingHttpHeaders } {
  if (code === 'INSUFFICIENT_DISK_SPACE') return { status: 507, headers: { 'Retry-After': FULL_RETRY_AFTER_S } };
  const status = HTTP_STATUS[code];
  return { status, headers: status === 503 ? { 'Retry-After': RETRY_AFTER_S } : {} };
}

function announcedBy(request: IncomingMessage): { sizeBytes: number; sha256: string } {
  const sizeBytes = Number(request.headers['content-length'] ?? Number.NaN);
  const sha256 = request.headers['x-content-sha256'];
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || typeof sha256 !== 'string' || !SHA256.test(sha256)) {
    throw new DomainError('VALIDATION_FAILED', 'Send Content-Length, and the SHA-256 in X-Content-SHA256 as lower-case hex.');
  }
  if (sizeBytes > MAX_BUNDLE_BYTES) throw new DomainError('PAYLOAD_TOO_LARGE', `A bundle has at most ${MAX_BUNDLE_BYTES} bytes.`);
  return { sizeBytes, sha256 };
}
