/** The same update by casync: chunks from an HTTP server that counts, the old image as its seed. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../world/world';
import { type Cost, runTimed } from './timed-program';

const run = promisify(execFile);

export type CasyncResult = { bytes: number; requests: number; make: Cost; extract: Cost };

/** Null when casync is not installed or cannot do it; the reason goes to the standard error. */
export async function updateByCasync(folder: string, oldImage: string, newImage: string): Promise<CasyncResult | null> {
  const work = join(folder, 'casync');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  let [bytes, requests] = [0, 0];
  const server = createServer((request, response) => {
    const path = join(work, normalize(decodeURIComponent(request.url ?? '/')));
    requests += 1;
    stat(path).then(
      ({ size }) => {
        bytes += size;
        response.writeHead(200, { 'content-length': size });
        createReadStream(path).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    const report = join(folder, 'casync-time');
    const make = await runTimed(report, 'casync', ['make', `--store=${join(work, 'store.castr')}`, join(work, 'new.caibx'), newImage]);
    const base = `http://127.0.0.1:${port}`;
    const from = [`--store=${base}/store.castr`, `--seed=${oldImage}`];
    const extract = await runTimed(report, 'casync', ['extract', ...from, `${base}/new.caibx`, join(work, 'out.img')]);
    await run('cmp', [join(work, 'out.img'), newImage]);
    return { bytes, requests, make, extract };
  } catch (error) {
    process.stderr.write(`  casync: ${(error as Error).message.slice(-300)}\n`);
    return null;
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(work, { recursive: true, force: true });
  }
}
