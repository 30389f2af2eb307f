import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainError } from '#/domain/errors/domain-error';
import { getArtifactStore } from '../artifacts/get-store';
import { until } from '../testing/until';
import { type MultipartForm, receiveForm, receiveMultipart } from './receive-multipart';

const BOUNDARY = 'abcXYZ';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-form-'));
  Object.assign(process.env, {
    ARTIFACT_FOLDER: folder,
    UPLOAD_MAX_BYTES: '5000000',
  });
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
});
afterAll(async () => {
  delete process.env.ARTIFACT_FOLDER;
  delete process.env.UPLOAD_MAX_BYTES;
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
  await rm(folder, { recursive: true, force: true });
});

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const requestOf = (body: FormData | Buffer, type?: string) =>
  new Request('http://localhost/', {
    method: 'POST',
    body: body instanceof FormData ? body : new Uint8Array(body),
    ...(type ? { headers: { 'content-type': type } } : {}),
  });

const receive = (body: FormData | Buffer, type?: string) => receiveMultipart(requestOf(body, type), { fileField: 'file' });

function formOf(parts: [string, string | Blob, string?][]): FormData {
  const form = new FormData();
  for (const [name, value, fileName] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, fileName);
  }
  return form;
}

async function refused(work: Promise<MultipartForm>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason as DomainError,
  );
  expect(await files()).toEqual([]);
  if (error?.name !== 'DomainError') throw new Error(`not refused with a domain error: ${error}`);
  return error.code;
}

describe('a multipart form', () => {
  const image = randomBytes(1_500_000);
  const file: [string, Blob, string] = ['file', new Blob([new Uint8Array(image)], { type: 'application/x-img' }), '../../etc/gate way.img'];
  const text: [string, string] = ['version', 'v5.0.5 – ünïcode'];
  const signature: [string, Blob, string] = ['signature', new Blob(['-----BEGIN']), 'a.asc'];

  it.each([
    ['the file first', [file, text, signature]],
    ['the file last', [text, signature, file]],
    ['the file between', [signature, file, text]],
  ])('%s: fields, the small file, and the large one on disk with its hash', async (_, parts) => {
    const form = await receive(formOf(parts as [string, string | Blob, string?][]));
    expect(form.fields).toEqual({ version: 'v5.0.5 – ünïcode' });
    expect(form.attachments).toEqual({ signature: Buffer.from('-----BEGIN') });
    const sha256 = createHash('sha256').update(image).digest('hex');
    expect(form.file).toMatchObject({ sha256, sizeBytes: image.length, fileName: 'gate way.img', mediaType: 'application/x-img' });
    expect((await readFile(form.file?.path ?? '')).equals(image)).toBe(true);
    await form.discard();
    expect(await files()).toEqual([]);
  });

  it('may have no file, and fields that are named as objects have things', async () => {
    const form = await receive(
      formOf([
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ]),
    );
    expect([Object.entries(form.fields), form.file]).toEqual([
      [
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ],
      null,
    ]);
  });

  it('is refused when it is none, too large, or has something twice', async () => {
    expect(await refused(receive(Buffer.from('{}'), 'application/json'))).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await refused(receive(Buffer.from('x'), 'multipart/form-data'))).toBe('VALIDATION_FAILED');
    expect(await refused(receive(Buffer.from('no form at all'), TYPE))).toBe('VALIDATION_FAILED');
    const large = new Blob([new Uint8Array(5_000_001)]);
    expect(await refused(receive(formOf([['file', large, 'a.img']])))).toBe('PAYLOAD_TOO_LARGE');
    expect(await refused(receive(formOf([file, file])))).toBe('VALIDATION_FAILED');
    expect(await refused(receive(formOf([file, text, text])))).toBe('VALIDATION_FAILED');
    expect(await refused(receive(formOf([file, ['note', 'x'.repeat(300_000)]])))).toBe('VALIDATION_FAILED');
    expect(await refused(receive(formOf([file, ['signature', new Blob(['x'.repeat(300_000)]), 'a']])))).toBe('VALIDATION_FAILED');
    expect(await refused(receive(formOf(Array.from({ length: 60 }, (_, at): [string, string] => [`n${at}`, 'x']))))).toBe(
      'VALIDATION_FAILED',
    );
  });

  it('that breaks off at any place is refused, and leaves nothing', async () => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.img"\r\n\r\n`;
    const whole = Buffer.concat([Buffer.from(head), image.subarray(0, 100_000), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
    for (const end of [0, 10, head.length, head.length + 5, 70_000, whole.length - 8]) {
      expect(await refused(receive(whole.subarray(0, end), TYPE))).toBe('VALIDATION_FAILED');
    }
    await (await receive(whole, TYPE)).discard();
  });
});

describe('over a real connection', () => {
  const answers: (string | number)[] = [];
  const server = createServer((incoming: IncomingMessage, response) => {
    receiveForm(incoming.headers, incoming, { fileField: 'file' }).then(
      async (form) => {
        answers.push(form.file?.sizeBytes ?? 0);
        await form.discard();
        response.end('ok');
      },
      (error: DomainError) => {
        answers.push(error.code ?? String(error));
        response.writeHead(400, { connection: 'close' }).end(error.code);
      },
    );
  });
  let port = 0;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.img"\r\n\r\n`;

  it('a client that is gone in the middle leaves nothing', async () => {
    const request = httpRequest({ port, method: 'POST', headers: { 'content-type': TYPE } });
    request.on('error', () => undefined);
    request.write(head + 'x'.repeat(200_000));
    await until(async () => (await files()).length === 1);
    request.destroy();
    await until(async () => answers.length > 0 && (await files()).length === 0);
    expect(answers.splice(0)).toEqual(['VALIDATION_FAILED']);
  });

  it('a Content-Length that promises more than comes is refused', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nContent-Length: 5000\r\n\r\n${head}short\r\n`);
    await until(async () => (await files()).length === 1);
    socket.end();
    await until(async () => answers.length > 0);
    expect(answers.splice(0)).toEqual(['VALIDATION_FAILED']);
    expect(await files()).toEqual([]);
  });

  it('a file that is too large is answered while it still comes', async () => {
    const request = httpRequest({ port, method: 'POST', headers: { 'content-type': TYPE } });
    request.on('error', () => undefined);
    const answered = once(request, 'response');
    request.write(head);
    let open = true;
    void answered.then(() => {
      open = false;
    });
    for (let sent = 0; open && sent < 40; sent += 1) {
      if (!request.write(Buffer.alloc(1_000_000))) await Promise.race([once(request, 'drain'), answered]);
    }
    const [response] = (await answered) as [IncomingMessage];
    expect(response.statusCode).toBe(400);
    expect(answers.splice(0)).toEqual(['PAYLOAD_TOO_LARGE']);
    expect(await files()).toEqual([]);
    request.destroy();
  });

  it('memory stays flat', async () => {
    process.env.UPLOAD_MAX_BYTES = '500000000';
    delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
    const before = process.memoryUsage().rss;
    let most = before;
    const request = httpRequest({ port, method: 'POST', headers: { 'content-type': TYPE } });
    const answered = once(request, 'response');
    request.write(head);
    const chunk = Buffer.alloc(1_000_000, 7);
    for (let sent = 0; sent < 200; sent += 1) {
      if (!request.write(chunk)) await once(request, 'drain');
      most = Math.max(most, process.memoryUsage().rss);
    }
    request.end(`\r\n--${BOUNDARY}--\r\n`);
    await answered;
    expect(answers.splice(0)).toEqual([200_000_000]);
    expect(most - before).toBeLessThan(150_000_000);
    expect(await getArtifactStore().usedBytes()).toBe(0);
  });
});
