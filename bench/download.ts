/** (c) One image from the device door of the web program and from nginx: whole, and in ranges of 64 KiB. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { artifactFile } from '#/server/artifacts/artifact-folder';
import { getArtifactStore } from '#/server/artifacts/get-store';
import { getDb } from '#/server/db/client';
import type { Figure } from './world/figure';
import { makeFleet } from './world/make-fleet';
import { startProgram } from './world/programs';
import { percentile } from './world/statistics';
import { freePort, type World } from './world/world';

const RANGE_BYTES = 65_536;
const CONNECTIONS = 8;

export async function benchDownload(world: World): Promise<Figure[]> {
  const megabytes = world.quick ? 16 : 512;
  const rounds = world.quick ? 2 : 5;
  const seconds = world.quick ? 1 : 8;
  const { sha256, sizeBytes } = await makeImage(megabytes);
  const fleet = await makeFleet(1, () => false);
  const authorization = `Basic ${Buffer.from(`${fleet.gateways[0]?.id}:${fleet.secret}`).toString('base64')}`;
  const door = `${world.webUrl}/device/v1/artifacts/${sha256}`;
  const nginx = await startNginx(world, artifactFile(sha256));
  const web = await startProgram('src/boot/web.ts', world.env);
  try {
    const own = await bestOf(rounds, () => stream(door, authorization, sizeBytes));
    const theirs = nginx ? await bestOf(rounds, () => stream(nginx.url, authorization, sizeBytes)) : null;
    const ownRanges = await ranges(door, authorization, sizeBytes, seconds);
    const theirRanges = nginx ? await ranges(nginx.url, authorization, sizeBytes, seconds) : null;
    const group = 'c';
    const missing = nginx ? {} : { note: 'nginx is not installed (apt-get install nginx-light): no reference.' };
    const half = theirs === null ? {} : { aim: { atLeast: theirs / 2 }, reference: { what: 'nginx', value: theirs, unit: 'MB/s' } };
    return [
      { group, what: `one stream, ${megabytes} MiB, median of ${rounds}`, value: own, unit: 'MB/s', ...half, ...missing },
      {
        group,
        what: `64 KiB ranges, ${CONNECTIONS} connections`,
        value: ownRanges,
        unit: 'requests/s',
        ...(theirRanges === null ? {} : { reference: { what: 'nginx', value: theirRanges, unit: 'requests/s' } }),
        note: `${((ownRanges * RANGE_BYTES) / 1e6).toFixed(0)} MB/s`,
      },
    ];
  } finally {
    await web.stop();
    await nginx?.stop();
  }
}

async function makeImage(megabytes: number): Promise<{ sha256: string; sizeBytes: number }> {
  const chunk = randomBytes(2 ** 20);
  async function* chunks() {
    for (let index = 0; index < megabytes; index += 1) yield chunk;
  }
  const image = await getArtifactStore().put(chunks());
  await getDb().artifact.create({ data: { sha256: image.sha256, sizeBytes: BigInt(image.sizeBytes) } });
  const about = { channel: 'stable', type: 'feature', severity: 'normal', description: 'bench', releasedAt: new Date() };
  await getDb().release.create({ data: { version: 'v9.1.0', versionSortKey: 'v9.1.0', artifactSha256: image.sha256, ...about } });
  return image;
}

/** Median of MB/s. */
async function bestOf(rounds: number, run: () => Promise<number>): Promise<number> {
  await run();
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) rates.push(await run());
  return percentile(rates, 0.5);
}

function stream(url: string, authorization: string, sizeBytes: number): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { headers: { authorization } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        if (response.statusCode !== 200 || bytes !== sizeBytes) reject(new Error(`${url}: ${response.statusCode}, ${bytes} bytes`));
        else resolve(bytes / 1e6 / ((performance.now() - startMs) / 1000));
      });
      response.on('error', reject);
    }).on('error', reject);
  });
}

async function ranges(url: string, authorization: string, sizeBytes: number, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const blocks = Math.floor(sizeBytes / RANGE_BYTES);
  let next = 0;
  let done = 0;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const start = (next++ % blocks) * RANGE_BYTES;
      const headers = { authorization, range: `bytes=${start}-${start + RANGE_BYTES - 1}` };
      get(url, { agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () =>
          response.statusCode === 206 && bytes === RANGE_BYTES ? resolve() : reject(new Error(`${url}: ${response.statusCode}`)),
        );
      }).on('error', reject);
    });
  const run = async (forSeconds: number) => {
    const endMs = performance.now() + forSeconds * 1000;
    const work = async () => {
      while (performance.now() < endMs) {
        await one();
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  };
  await run(0.5);
  done = 0;
  const startMs = performance.now();
  await run(seconds);
  agent.destroy();
  return done / ((performance.now() - startMs) / 1000);
}

async function startNginx(world: World, file: string): Promise<{ url: string; stop(): Promise<void> } | null> {
  const program = ['nginx', '/usr/sbin/nginx'].find((place) => {
    try {
      execFileSync(place, ['-v'], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  });
  if (program === undefined) return null;
  const port = await freePort();
  const folder = world.folder;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/nginx-${name};`)
    .join(' ');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const config = `${user} daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
    events { worker_connections 512; }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; ${temporary}
      server { listen 127.0.0.1:${port}; location /image { alias ${dirname(file)}; } } }`;
  await writeFile(join(folder, 'nginx.conf'), config);
  const child: ChildProcess = spawn(program, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://127.0.0.1:${port}/image${file.slice(dirname(file).length)}`;
  for (let tries = 0; ; tries += 1) {
    const answers = await fetch(url, { method: 'HEAD' }).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) break;
    if (tries > 100 || child.exitCode !== null) throw new Error('nginx does not answer');
    await wait(50);
  }
  return {
    url,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
