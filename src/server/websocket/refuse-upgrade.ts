import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '#/domain/errors/domain-error';

export type Refusal = { status: number; code: ErrorCode; message: string; details?: Record<string, unknown> };

/** Answers an upgrade with an HTTP error in the contract's form and ends the connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal, requestId: string): void {
  const { status, code, message, details = {} } = refusal;
  const body = JSON.stringify({
    error: true,
    code,
    message,
    details,
    suggested_actions: [],
    request_id: requestId,
    timestamp: new Date().toISOString(),
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-ID: ${requestId}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(status === 429 || status === 503 ? ['Retry-After: 10'] : []),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
