/** GET and HEAD /device/v1/artifacts/<sha256>: an image, whole or a range of it, for a gateway that has business with it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openArtifact } from '../artifacts/open-artifacts';
import { artifactAccess } from './artifact-access';
import { parseRange } from './byte-range';
import { sendFile } from './send-file';
import { sendError } from './send-json';

const SHA256 = /^[0-9a-f]{64}$/;

export async function answerArtifact(
  request: IncomingMessage,
  response: ServerResponse,
  sha256: string,
  beforeRefusal: () => unknown,
): Promise<void> {
  const access = SHA256.test(sha256) ? await artifactAccess(request.headers.authorization, sha256) : 'unknown';
  if (access === 'unauthenticated') {
    beforeRefusal();
    return sendError(request, response, 401, 'UNAUTHENTICATED', 'The gateway id and secret do not fit.', {
      'WWW-Authenticate': 'Basic realm="fairlead"',
    });
  }
  const artifact = access === 'granted' ? await openArtifact(sha256) : null;
  if (!artifact) {
    beforeRefusal();
    return sendError(request, response, 404, 'NOT_FOUND', 'There is no such image for this gateway.');
  }
  try {
    const etag = `"${sha256}"`;
    const { size } = artifact;
    const headers = {
      ETag: etag,
      'Accept-Ranges': 'bytes',
      'Cache-Control': 'private, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    };
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const range = parseRange(request.headers.range, ifRangeOf(request), size, etag);
    if (range.kind === 'unsatisfiable') {
      beforeRefusal();
      const message = `The image has ${size} bytes.`;
      return sendError(request, response, 416, 'RANGE_NOT_SATISFIABLE', message, { 'Content-Range': `bytes */${size}`, ETag: etag });
    }
    const { start, end } = range.kind === 'part' ? range : { start: 0, end: size - 1 };
    response.writeHead(range.kind === 'part' ? 206 : 200, {
      ...headers,
      'Content-Type': 'application/octet-stream',
      'Content-Length': end - start + 1,
      ...(range.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {}),
    });
    if (request.method === 'HEAD' || size === 0) response.end();
    else await sendFile(artifact.handle, start, end, response);
  } finally {
    artifact.release();
  }
}

function ifRangeOf(request: IncomingMessage): string | undefined {
  const value = request.headers['if-range'];
  return Array.isArray(value) ? value[0] : value;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((one) => one.trim() === etag || one.trim() === `W/${etag}`);
}
