import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DomainError } from '#/domain/errors/domain-error';
import { systemActor } from '../access/actor';
import { incomingFolder } from '../artifacts/artifact-folder';
import { getArtifactStore } from '../artifacts/get-store';
import { getDb } from '../db/client';
import { endBundle } from '../recovery/end-bundle';
import { orderBundle } from '../recovery/order-bundle';
import { makeGateway } from '../testing/fleet-rows';
import { until } from '../testing/until';
import { answerDevice } from './device-door';

const actor = systemActor('test');
const server = createServer((req, res) => {
  void Promise.resolve(answerDevice(req, res, { path: req.url ?? '', peer: () => ({ ip: '127.0.0.1' }), mqttUrl: 'mqtt://broker' })).catch(
    () => res.destroy(),
  );
});
let port = 0;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const basicOf = ({ id, secret }: { id: string; secret: string }) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function ordered() {
  const gateway = await makeGateway();
  const bundle = await getDb().$transaction((tx) => orderBundle(tx, actor, gateway, { kind: 'debug' }));
  const row = () => getDb().debugBundle.findUniqueOrThrow({ where: { id: bundle.id } });
  return { gateway, bundle, row, bytes: randomBytes(300_001) };
}

type Put = { authorization: string; id: string; bytes: Buffer; headers?: Record<string, string> };
function put({ authorization, id, bytes, headers = {} }: Put) {
  return fetch(`http://127.0.0.1:${port}/device/v1/bundles/${id}`, {
    method: 'PUT',
    headers: { authorization, 'x-content-sha256': sha256Of(bytes), ...headers },
    body: new Uint8Array(bytes),
  });
}

describe('a bundle that comes in', () => {
  it('is in the store, ready and audited; sent again it is there already', async () => {
    const { gateway, bundle, row, bytes } = await ordered();
    const sent = { authorization: basicOf(gateway), id: bundle.id, bytes };
    expect((await put(sent)).status).toBe(201);
    expect(await row()).toMatchObject({ state: 'ready', sha256: sha256Of(bytes), sizeBytes: BigInt(bytes.length) });
    expect(await getArtifactStore().has(sha256Of(bytes))).toBe(true);
    expect((await put(sent)).status).toBe(200);
    expect((await put({ ...sent, bytes: randomBytes(10) })).status).toBe(404);
    expect(await getDb().auditEvent.count({ where: { objectId: bundle.id, name: 'bundle.received' } })).toBe(1);
    // Its time over, the bytes go and the row stays.
    await endBundle(actor, bundle.id, 'a test');
    expect(await getArtifactStore().has(sha256Of(bytes))).toBe(false);
    expect((await row()).state).toBe('expired');
    expect((await put(sent)).status).toBe(404);
  });

  it('twice at once counts once', async () => {
    const { gateway, bundle, bytes } = await ordered();
    const sent = { authorization: basicOf(gateway), id: bundle.id, bytes };
    const statuses = (await Promise.all([put(sent), put(sent), put(sent)])).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
    expect(await getArtifactStore().has(sha256Of(bytes))).toBe(true);
  });

  it('is refused from anyone else, for anything that was not ordered, and when it is not what was announced', async () => {
    const { gateway, bundle, row, bytes } = await ordered();
    const other = await makeGateway();
    const authorization = basicOf(gateway);
    const status = async (given: Partial<Put>) => (await put({ authorization, id: bundle.id, bytes, ...given })).status;
    expect(await status({ authorization: basicOf({ ...gateway, secret: 'wrong' }) })).toBe(401);
    expect(await status({ authorization: basicOf(other) })).toBe(404);
    expect(await status({ id: 'DBG-NEVER1' })).toBe(404);
    expect(await status({ id: '../../artifacts' })).toBe(404);
    expect(await status({ headers: { 'x-content-sha256': 'a'.repeat(64) } })).toBe(422);
    expect(await status({ headers: { 'x-content-sha256': 'nonsense' } })).toBe(400);
    expect(await getArtifactStore().has(sha256Of(bytes))).toBe(false);
    expect((await row()).state).toBe('ordered');
    expect(await status({})).toBe(201);
  });

  it('is asked for again later while the store is full', async () => {
    const { gateway, bundle, row, bytes } = await ordered();
    const sent = { authorization: basicOf(gateway), id: bundle.id, bytes };
    const full = new DomainError('INSUFFICIENT_DISK_SPACE', 'There is no room.');
    const store = vi.spyOn(getArtifactStore(), 'receive').mockRejectedValueOnce(full);
    const answer = await put(sent);
    store.mockRestore();
    expect(answer.status).toBe(507);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect((await row()).state).toBe('ordered');
    expect((await put(sent)).status).toBe(201);
  });

  it('that breaks off, or announces too much, leaves nothing', async () => {
    const { gateway, bundle, row } = await ordered();
    const head = (length: number) =>
      `PUT /device/v1/bundles/${bundle.id} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basicOf(gateway)}\r\nContent-Length: ${length}\r\nX-Content-SHA256: ${'a'.repeat(64)}\r\n\r\n`;
    const tooMuch = connect(port, '127.0.0.1');
    tooMuch.write(head(900_000_000));
    const [answer] = (await once(tooMuch, 'data')) as [Buffer];
    expect(answer.toString()).toContain('413');
    tooMuch.destroy();
    const broken = connect(port, '127.0.0.1');
    broken.write(head(1000));
    broken.write(randomBytes(500));
    await until(() => broken.bytesWritten > 500);
    broken.destroy();
    // Files of other tests come and go; one that stays would be ours.
    await until(async () => (await readdir(incomingFolder())).length === 0);
    expect((await row()).state).toBe('ordered');
  });
});
