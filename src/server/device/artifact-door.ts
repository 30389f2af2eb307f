/** GET and HEAD /device/v1/artifacts/<sha256>: an image, whole or a range of it, for a gateway that has business with it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSha256 } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { type ArtifactReader, artifactAccess } from './artifact-access';
import { budgetOf } from './bandwidth';
import { parseRange } from './byte-range';
import { sendFile } from './send-file';
import { sendError } from './send-json';
import { sendStream } from './send-stream';

export async function answerArtifact(
  request: IncomingMessage,
  response: ServerResponse,
  sha256: string,
  beforeRefusal: () => unknown,
): Promise<void> {
  const reader = await mayRead(request, response, sha256, beforeRefusal);
  if (reader) await sendBlob(request, response, { sha256, reader }, beforeRefusal);
}

/** The gateway that asks, when it may have this image and what is made of it; else it is refused, and null. */
export async function mayRead(
  request: IncomingMessage,
  response: ServerResponse,
  sha256: string,
  beforeRefusal: () => unknown,
): Promise<ArtifactReader | null> {
  const access = isSha256(sha256) ? await artifactAccess(request.url ?? '', request.headers.authorization, sha256) : 'unknown';
  if (typeof access === 'object') return access;
  beforeRefusal();
  if (access === 'unknown') sendNotFound(request, response);
  else {
    const challenge = { 'WWW-Authenticate': 'Basic realm="fairlead"' };
    sendError(request, response, 401, 'UNAUTHENTICATED', 'The gateway id and secret do not fit.', challenge);
  }
  return null;
}

export function sendNotFound(request: IncomingMessage, response: ServerResponse): void {
  sendError(request, response, 404, 'NOT_FOUND', 'There is no such image for this gateway.');
}

/** Answers with a blob of the store, whole or a range of it, within the budgets of the gateway and its site. */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  { sha256, reader }: { sha256: string; reader: ArtifactReader },
  beforeRefusal: () => unknown,
): Promise<void> {
  const artifact = await getArtifactStore().open(sha256);
  if (!artifact) {
    beforeRefusal();
    return sendNotFound(request, response);
  }
  try {
    const etag = `"${sha256}"`;
    const size = artifact.sizeBytes;
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
    else {
      const budget = budgetOf(reader);
      if (artifact.file && !budget) await sendFile(artifact.file, start, end, response);
      else await sendStream(artifact.read(start, end), response, budget);
    }
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
