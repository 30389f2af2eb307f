/** A web program that takes uploads, and requests of its protocol, for tests. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { expect } from 'vitest';
import { incomingFolder } from '../../artifacts/artifact-folder';
import { getDb } from '../../db/client';
import { makePerson } from '../../testing/fleet-rows';
import { until } from '../../testing/until';
import { createUploadDoor } from '../upload-door';

type Person = Awaited<ReturnType<typeof makePerson>>;
export type Sent = { method?: string; headers?: Record<string, string>; body?: Buffer; as?: Person; at?: string };

export const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const coming = () => readdir(incomingFolder()).catch(() => [] as string[]);
export const row = (id: string) => getDb().upload.findUniqueOrThrow({ where: { id } });
export const idOf = (url: string | null) => (url ?? '').split('/').at(-1) ?? '';
export const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];
export const sizeOnDisk = async (id: string) => (await stat(join(incomingFolder(), `upload-${id}`))).size;

export async function* chunks(...parts: Uint8Array[]) {
  yield* parts;
}

export function setEnv(changes: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}

/** A web program of its own: another door with other locks. */
export async function startWeb(): Promise<{ base: string; kill(): Promise<void> }> {
  const door = createUploadDoor();
  const listener = getRequestListener((request) => door.handle(request, { ip: '127.0.0.1' }), { overrideGlobalObjects: false });
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async kill() {
      server.closeAllConnections();
      server.close();
      await door.close();
    },
  };
}

export function metadata(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** A person, a web program and a folder of one's own; uploads of at most 50 MB. */
export async function makeUploadWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-uploads-'));
  setEnv({ ARTIFACT_FOLDER: folder, UPLOAD_MAX_BYTES: '50000000' });
  const person = await makePerson('operator');
  const { base, kill } = await startWeb();

  /** One request of the protocol. */
  const send = (path: string, { method = 'POST', headers = {}, body, as = person, at = base }: Sent = {}) =>
    fetch(`${at}${path}`, {
      method,
      headers: {
        'tus-resumable': '1.0.0',
        authorization: `Bearer ${as.token}`,
        ...(body ? { 'content-type': 'application/offset+octet-stream' } : {}),
        ...headers,
      },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });

  return {
    folder,
    person,
    base,
    send,
    async begin(bytes: number, about: Record<string, string> = {}): Promise<string> {
      const headers = { 'upload-length': String(bytes), 'upload-metadata': metadata({ filename: 'a.img', ...about }) };
      const response = await send('/uploads', { headers });
      expect(response.status).toBe(201);
      return idOf(response.headers.get('location'));
    },
    patch: (id: string, offset: number, body: Buffer, more: Sent = {}) =>
      send(`/uploads/${id}`, { method: 'PATCH', ...more, body, headers: { 'upload-offset': String(offset), ...more.headers } }),
    async offsetOf(id: string, at = base) {
      const response = await send(`/uploads/${id}`, { method: 'HEAD', at });
      return [response.status, Number(response.headers.get('upload-offset'))];
    },
    /** Begins a PATCH that promises more than it sends, and stays open. */
    async hang(id: string, offset: number, bytes: Buffer, promised: number, at = base) {
      const request = httpRequest(`${at}/uploads/${id}`, {
        method: 'PATCH',
        headers: {
          'tus-resumable': '1.0.0',
          authorization: `Bearer ${person.token}`,
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
          'content-length': promised,
        },
      });
      request.on('error', () => undefined);
      request.write(bytes);
      await until(async () => (await sizeOnDisk(id)) === offset + bytes.length);
      return request;
    },
    async end() {
      await kill();
      setEnv({ ARTIFACT_FOLDER: undefined, UPLOAD_MAX_BYTES: undefined, ARTIFACT_QUOTA_BYTES: undefined });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
