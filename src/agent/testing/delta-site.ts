/** An image with its index, data file and patches, and an HTTP server of them that can be told to misbehave. For tests. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { zstdCompressSync } from 'node:zlib';
import { createSplitter } from '#/domain/delta/block-splitter';
import { BLOCK_HASH_BYTES, type DeltaIndex } from '#/domain/delta/delta-index';
import type { DeltaOffer } from '#/protocol/delta/delta-offer';
import { encodeIndex } from '#/protocol/delta/index-layout';
import { listenOnFreePort } from './listen';
import { sha256Of } from './sim-images';

export type Shape = Pick<DeltaIndex, 'kind' | 'minBytes' | 'blockBytes' | 'maxBytes' | 'groupBlocks'>;
export const SMALL_BLOCKS: Shape = { kind: 'blocks', minBytes: 512, blockBytes: 512, maxBytes: 512, groupBlocks: 4 };
export const SMALL_CHUNKS: Shape = { kind: 'chunks', minBytes: 128, blockBytes: 512, maxBytes: 2048, groupBlocks: 2 };

/** What is served, by what follows the image's own address ('' is the image). */
export type DeltaFiles = Map<string, Uint8Array>;

export function makeDelta(image: Uint8Array, shape: Shape, about: Partial<DeltaIndex> = {}): { index: DeltaIndex; data: Uint8Array } {
  const splitter = createSplitter(shape.kind, shape);
  const blocks = [image.subarray(0, 700), image.subarray(700)].flatMap((piece) => splitter.push(piece).map((block) => block.slice()));
  blocks.push(...splitter.end().map((block) => block.slice()));
  const groups: Buffer[] = [];
  for (let at = 0; at < blocks.length; at += shape.groupBlocks) {
    const raw = Buffer.concat(blocks.slice(at, at + shape.groupBlocks));
    const packed = zstdCompressSync(raw);
    groups.push(packed.length < raw.length ? packed : raw);
  }
  const hashes = Buffer.concat(blocks.map((block) => createHash('sha256').update(block).digest().subarray(0, BLOCK_HASH_BYTES)));
  const data = Buffer.concat(groups);
  const sha256 = sha256Of(image);
  const index: DeltaIndex = {
    ...shape,
    contentBytes: image.length,
    artifactSha256: sha256,
    contentSha256: sha256,
    hashes: new Uint8Array(hashes),
    lengths: shape.kind === 'chunks' ? Uint32Array.from(blocks.map((block) => block.length)) : null,
    groupBytes: Uint32Array.from(groups.map((group) => group.length)),
    dataBytes: data.length,
    ...about,
  };
  return { index, data: new Uint8Array(data) };
}

export function deltaFiles(image: Uint8Array, { index, data }: { index: DeltaIndex; data: Uint8Array }): DeltaFiles {
  const files: DeltaFiles = new Map([['', image]]);
  const bytes = encodeIndex(index);
  files.set('/delta/index', bytes);
  files.set('/delta/data', data);
  const blob = (file: Uint8Array) => ({ sha256: sha256Of(file), sizeBytes: file.length });
  setOffer(files, { v: 1, index: blob(bytes), data: blob(data), patches: [] });
  return files;
}

export function setOffer(files: DeltaFiles, offer: DeltaOffer): void {
  files.set('/delta', new TextEncoder().encode(JSON.stringify(offer)));
}

export type Served = { path: string; range: string | null; bytes: number };
/** Status, head and body of an answer; ranges as `bytes=a-b` and `bytes=a-`. */
function answer(
  files: DeltaFiles,
  path: string,
  range: string | null,
): { status: number; headers: Record<string, string>; body: Uint8Array } {
  const file = files.get(path);
  if (!file) return { status: 404, headers: {}, body: new Uint8Array() };
  const wanted = /^bytes=(\d+)-(\d+)?$/.exec(range ?? '');
  const start = wanted ? Number(wanted[1]) : 0;
  const end = Math.min(file.length - 1, wanted?.[2] === undefined ? file.length - 1 : Number(wanted[2]));
  const body = file.subarray(start, end + 1);
  const headers = { etag: `"${sha256Of(file)}"`, 'content-length': String(body.length) };
  if (!wanted) return { status: 200, headers, body };
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${start}-${end}/${file.length}` }, body };
}

export type DeltaServer = {
  url: string;
  files: DeltaFiles;
  served: Served[];
  /** Asked first; true when it has answered. */
  trick: ((path: string, request: IncomingMessage, response: ServerResponse) => boolean) | null;
  close(): Promise<void>;
};

export async function startDeltaServer(files: DeltaFiles): Promise<DeltaServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/image/, '');
    const range = request.headers.range ?? null;
    const { status, headers, body } = answer(state.files, path, range);
    state.served.push({ path, range, bytes: body.length });
    if (state.trick?.(path, request, response)) return;
    response.writeHead(status, headers).end(body);
  });
  const state: DeltaServer = { url: '', files, served: [], trick: null, close: async () => {} };
  state.url = `http://127.0.0.1:${await listenOnFreePort(server)}/image`;
  state.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return state;
}

/** The same without a socket, in pieces. */
export function serveDeltaInMemory(files: DeltaFiles, pieceBytes: number): typeof fetch {
  return async (url, init) => {
    const path = String(url).replace(/^.*\/artifacts\/[0-9a-f]{64}/, '');
    const { status, headers, body } = answer(files, path, new Headers(init?.headers).get('range'));
    let offset = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (offset >= body.length) return controller.close();
        controller.enqueue(body.slice(offset, offset + pieceBytes));
        offset += pieceBytes;
      },
    });
    return new Response(status === 404 ? null : stream, { status, headers });
  };
}
