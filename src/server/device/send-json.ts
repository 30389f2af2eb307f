import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ErrorCode } from '#/domain/errors/domain-error';

/** Answers with JSON; nothing that a device gets this way may be cached. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Answers with a stable code; `message` is for people. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: ErrorCode | 'RANGE_NOT_SATISFIABLE',
  message: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const requestId = response.getHeader('x-request-id') ?? null;
  sendJson(request, response, status, { error: true, code, message, request_id: requestId, timestamp: new Date().toISOString() }, headers);
}
