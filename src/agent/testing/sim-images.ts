/** Small images with a manifest, their hashes, and a fetch that serves them. For tests. */
import { createHash } from 'node:crypto';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { seededRandom } from '../storage/power-cut';

type Packed = { file: Uint8Array; compression: 'gzip' | 'xz' | 'zstd' };
/** `packed`: how the server has it; absent: as it is. */
export type SimImage = { version: string; bytes: Uint8Array; sha256: string; packed?: Packed };

export function makeImage(version: string, contentBytes: number, hardware?: string[], floor_version?: string): SimImage {
  const head = encodeImageManifest({
    version,
    hardware,
    floor_version,
    build_id: `build-${version}`,
    kernel: '6.6.30',
    os_version: 'Fairlead OS',
  });
  const random = seededRandom(version.length * 7919 + contentBytes);
  const content = Uint8Array.from({ length: contentBytes }, () => Math.floor(random() * 256));
  const bytes = new Uint8Array(Buffer.concat([head, content]));
  return { version, bytes, sha256: sha256Of(bytes) };
}

/** What the order of an image says when the server has it compressed. */
export function packedOrder(file: Uint8Array, compression: Packed['compression']) {
  const sha256 = sha256Of(file);
  return { artifactPath: `/device/v1/artifacts/${sha256}`, packed: { compression, sha256, sizeBytes: file.length } };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Serves the bytes with ranges, in pieces, without a socket. */
export function serveInMemory(bytes: Uint8Array, pieceBytes: number): typeof fetch {
  return async (_url, init) => {
    const range = /^bytes=(\d+)-$/.exec(new Headers(init?.headers).get('range') ?? '');
    let offset = range ? Number(range[1]) : 0;
    const headers = new Headers({ etag: '"sim"', 'content-length': String(bytes.length - offset) });
    if (range) headers.set('content-range', `bytes ${offset}-${bytes.length - 1}/${bytes.length}`);
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (offset >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(offset, offset + pieceBytes));
        offset += pieceBytes;
      },
    });
    return new Response(body, { status: range ? 206 : 200, headers });
  };
}
