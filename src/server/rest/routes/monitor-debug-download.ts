import { finished, Readable } from 'node:stream';
import { DomainError } from '#/domain/errors/domain-error';
import { debugResponseSchema } from '#/protocol/rest/bundles';
import { gatewayQuery } from '#/protocol/rest/values';
import type { OpenBlob } from '../../artifacts/artifact-store';
import { openBundle } from '../../recovery/open-bundle';
import { presentBundle } from '../present-bundle';
import { defineRoute, FileAnswer } from '../route';

const TYPES: Record<string, { type: string; suffix: string }> = {
  gzip: { type: 'application/gzip', suffix: 'tar.gz' },
  zstd: { type: 'application/zstd', suffix: 'tar.zst' },
  none: { type: 'application/x-tar', suffix: 'tar' },
};
const PLAIN = { type: 'application/octet-stream', suffix: 'bin' };

export const monitorDebugDownloadRoute = defineRoute({
  method: 'GET',
  path: '/monitor/debug/download/{bundle_id}.tar.gz',
  tag: 'Monitoring',
  summary: 'The bytes of a debug bundle; every download is in the audit trail',
  permission: 'bundle.read',
  query: gatewayQuery,
  body: null,
  response: debugResponseSchema,
  file: Object.values(TYPES).map(({ type }) => type),
  accepted: { description: 'It is still being made.', when: () => true },
  errors: ['NOT_FOUND', 'GONE', 'CONFLICT', 'UPDATE_SERVER_UNREACHABLE'],
  run: async ({ actor, params, isHead, gatewayIfNamed }) => {
    const named = await gatewayIfNamed();
    const opened = await openBundle(actor, params.bundle_id ?? '', isHead);
    const { bundle } = opened;
    if (named !== null && named.id !== bundle.gatewayId) {
      if (opened.kind === 'ready') opened.blob?.release();
      throw new DomainError('NOT_FOUND', `${named.name} has no bundle ${bundle.id}.`, { bundle_id: bundle.id });
    }
    if (opened.kind === 'making') return presentBundle(bundle);
    const { type, suffix } = TYPES[bundle.compression] ?? PLAIN;
    return new FileAnswer(opened.blob === null ? null : streamOf(opened.blob), {
      'content-type': type,
      'content-length': String(opened.sizeBytes),
      'content-disposition': `attachment; filename="${bundle.id}.${suffix}"`,
      'x-content-sha256': bundle.sha256 ?? '',
    });
  },
});

/** Read as the client takes it; the blob is given back when the last byte is read or the client has gone. */
function streamOf(blob: OpenBlob): ReadableStream<Uint8Array> {
  const source = blob.read(0, blob.sizeBytes - 1);
  finished(source, () => blob.release());
  return Readable.toWeb(source) as ReadableStream<Uint8Array>;
}
