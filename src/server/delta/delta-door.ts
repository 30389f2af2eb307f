/**
 * GET and HEAD of what is made of an image, for whoever may read the image itself: <artifact>/delta tells what there is,
 * <artifact>/delta/index and /data are the index and its blocks, <artifact>/patch/<from> a patch.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeltaOffer } from '#/protocol/delta/delta-offer';
import { mayRead, sendBlob, sendNotFound } from '../device/artifact-door';
import { sendJson } from '../device/send-json';
import { findDelta } from './find-delta';

/** `path` is what follows /device/v1/artifacts/. */
export async function answerDelta(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  beforeRefusal: () => unknown,
): Promise<void> {
  const [sha256 = '', ...rest] = path.split('/');
  const reader = await mayRead(request, response, sha256, beforeRefusal);
  if (!reader) return;
  const offer = await findDelta(sha256);
  if (offer !== null && rest.join('/') === 'delta') return sendJson(request, response, 200, offer);
  const blob = offer && blobOf(offer, rest);
  if (blob) return sendBlob(request, response, { sha256: blob, reader }, beforeRefusal);
  beforeRefusal();
  sendNotFound(request, response);
}

function blobOf(offer: DeltaOffer, [kind, name, ...more]: string[]): string | null {
  if (more.length > 0) return null;
  if (kind === 'delta' && name === 'index') return offer.index?.sha256 ?? null;
  if (kind === 'delta' && name === 'data') return offer.data?.sha256 ?? null;
  return kind === 'patch' ? (offer.patches.find((patch) => patch.fromSha256 === name)?.sha256 ?? null) : null;
}
