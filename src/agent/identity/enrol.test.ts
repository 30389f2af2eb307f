import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeStorage } from '../storage/node-storage';
import type { CrashMode } from '../storage/power-cut';
import { SimDisk } from '../storage/sim-disk';
import { listenOnFreePort } from '../testing/listen';
import { EnrolmentRefusedError, type EnrolOptions, obtainIdentity } from './enrol';
import { IdentityUnreadableError, identityPath } from './identity-file';

const TOKEN = 'one-time-token-0123456789';
const device = { serialNumber: 'SN-1', model: 'CG-420', hardwareRevision: 'rev-c' };
const answer = {
  gatewayId: 'g-1',
  gatewayName: 'RTM-Q-STS07-GW1',
  mqttUrl: 'mqtt://broker:1883',
  mqttUsername: 'g-1',
  commandKeys: [{ kty: 'OKP', crv: 'Ed25519', x: 'abc', kid: 'k1' }],
  serverTime: '2026-03-01T08:00:00.000Z',
};

let dataFolder: string;
let server: Server;
let serverUrl: string;
/** Statuses of the next answers; afterwards the server enrols. */
let statuses: number[];
let asked: { token: string; secret: string; serialNumber: string }[];

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'fairlead-enrol-'));
  statuses = [];
  asked = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(body);
    const status = statuses.shift() ?? 200;
    if (status === 0) return void request.socket.destroy();
    response.writeHead(status);
    response.end(
      JSON.stringify(status === 200 ? { ...answer, mqttPassword: body.secret } : { error: true, message: 'This token is used.' }),
    );
  });
  serverUrl = `http://127.0.0.1:${await listenOnFreePort(server)}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

const options = (more: Partial<EnrolOptions> = {}): EnrolOptions => ({
  storage: createNodeStorage(),
  dataFolder,
  serverUrl,
  token: TOKEN,
  device,
  fetchHttp: fetch,
  onDelay: () => {},
  firstDelayMs: 5,
  longestDelayMs: 20,
  ...more,
});

describe('enrolment', () => {
  it('trades the token for an identity that only its owner can read, and keeps it', async () => {
    const identity = await obtainIdentity(options());
    expect(identity).toMatchObject({ gatewayId: 'g-1', mqttUrl: 'mqtt://broker:1883', commandKeys: answer.commandKeys });
    expect(asked).toEqual([{ token: TOKEN, secret: identity.secret, ...device }]);
    expect((await stat(identityPath(dataFolder))).mode & 0o777).toBe(0o600);
    expect(await obtainIdentity(options({ token: null }))).toEqual(identity);
    expect(asked).toHaveLength(1);
  });

  it('waits for a server that is away, busy or broken, and then asks with the same secret', async () => {
    statuses = [503, 0, 429];
    const delays: string[] = [];
    const identity = await obtainIdentity(options({ onDelay: (reason) => delays.push(reason) }));
    expect(delays).toHaveLength(3);
    expect(new Set(asked.map((one) => one.secret))).toEqual(new Set([identity.secret]));
  });

  it('gives up with one sentence when the token is refused', async () => {
    statuses = [401];
    const refused = obtainIdentity(options());
    await expect(refused).rejects.toThrow(EnrolmentRefusedError);
    await expect(refused).rejects.toThrow('the server refused to enrol this gateway: This token is used.');
    await expect(obtainIdentity(options({ token: null }))).rejects.toThrow('--enrol-token');
  });

  it('says so when the stored identity is damaged', async () => {
    await writeFile(identityPath(dataFolder), '{"v":1');
    await expect(obtainIdentity(options())).rejects.toThrow(IdentityUnreadableError);
  });

  it('stops asking when it is told to', async () => {
    const stop = new AbortController();
    statuses = Array.from({ length: 50 }, () => 503);
    await expect(obtainIdentity(options({ signal: stop.signal, onDelay: () => stop.abort() }))).rejects.toThrow();
    expect(asked.length).toBeLessThan(50);
  });

  it('ends with one identity whenever the power is cut', async () => {
    /** The server of the real program: the first secret that comes with the token is the only one. */
    const modes: CrashMode[] = ['killed', 'finished', 'lost', 'torn'];
    const moments: { cutDisk: SimDisk; known: string | null }[] = [];
    let known: string | null = null;
    const fetchHttp: typeof fetch = async (_url, init) => {
      const { secret } = JSON.parse(String(init?.body));
      known ??= secret;
      return secret === known ? Response.json({ ...answer, mqttPassword: secret }) : Response.json({ message: 'used' }, { status: 401 });
    };
    const enrolOn = (disk: SimDisk) => obtainIdentity(options({ storage: disk.storage(), dataFolder: '/g/data', fetchHttp }));
    const disk = new SimDisk();
    disk.onOperation = (cutDisk) => moments.push({ cutDisk: cutDisk(), known });
    await enrolOn(disk);
    expect(moments.length).toBeGreaterThan(10);
    for (const [index, moment] of moments.entries()) {
      for (const mode of modes) {
        known = moment.known;
        const identity = await enrolOn(moment.cutDisk.afterCut(mode, index));
        expect(identity.secret).toBe(known);
      }
    }
    console.info(`power cuts, enrolment: ${moments.length} cut points x ${modes.length} variants`);
  });
});
