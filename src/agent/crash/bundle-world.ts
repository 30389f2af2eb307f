/** A debug bundle that is asked for beside a job, the door that takes it, and what must hold of it at every power-on. For crash tests. */
import type { SimGateway } from '../testing/sim-gateway';
import { sha256Of } from '../testing/sim-images';
import type { SimCommand, SimServer } from '../testing/sim-server';

export const BUNDLES = '/g/data/bundles';
const BUNDLE_ID = 'DBG-8821X4';
const UPLOAD_PATH = `/device/v1/bundles/${BUNDLE_ID}`;
/** Where what configuration calls a secret may be: in the gateway's own files, and in the snapshots of them. */
const MAY_HOLD_SECRETS = ['own/', 'data/snapshots/'];

/** What the configuration of this state calls a password; its log mentions it. */
export const passwordOf = (word: string) => `pw-${word}-9xK7Qz`;

/** Plain, so that a secret in it would be seen on the disk. */
export function bundleCommand(seq: number): SimCommand {
  const contents = ['logs' as const, 'config' as const, 'system_info' as const];
  const what = { bundleId: BUNDLE_ID, kind: 'debug', contents, compression: 'none', maxBytes: 1_000_000 } as const;
  return { id: 'bundle', seq, body: { name: 'bundle.collect', ...what, uploadPath: UPLOAD_PATH }, when: () => true };
}

/** Beside what `others` serves: busy at first, then the answer is lost on its way, then as the server does it. */
export function bundleDoor(server: SimServer, others: typeof fetch): typeof fetch {
  let tries = 0;
  return async (url, init) => {
    if (!String(url).endsWith(UPLOAD_PATH)) return others(url, init);
    tries += 1;
    if (tries === 1) return new Response(null, { status: 503 });
    const bytes = new Uint8Array(await new Response(init?.body).arrayBuffer());
    if (new Headers(init?.headers).get('x-content-sha256') !== sha256Of(bytes)) server.lies.push('a bundle is not what was announced');
    const known = server.uploads.get(BUNDLE_ID);
    if (known !== undefined && sha256Of(known) !== sha256Of(bytes)) return new Response(null, { status: 404 });
    server.uploads.set(BUNDLE_ID, bytes);
    if (tries === 2) throw new TypeError('fetch failed');
    return new Response(null, { status: known === undefined ? 201 : 200 });
  };
}

export function checkBundles(gateway: SimGateway, secrets: readonly string[], isEnd: boolean): string[] {
  const { disk, plant } = gateway;
  const faults = disk
    .names('/g')
    .filter((name) => !MAY_HOLD_SECRETS.some((folder) => name.startsWith(folder)))
    .flatMap((name) => {
      const text = Buffer.from(disk.peek(`/g/${name}`) ?? []).toString('latin1');
      return secrets.some((secret) => text.includes(secret)) ? [`${name} holds a secret`] : [];
    });
  const end = plant.server.bundleEnds.get(BUNDLE_ID);
  const sent = plant.server.uploads.get(BUNDLE_ID);
  if (end?.state === 'uploaded' && (sent === undefined || end.sha256 !== sha256Of(sent)))
    faults.push('another bundle came than is reported');
  if (end?.state === 'failed') faults.push(`the bundle failed: ${end.message}`);
  if (!isEnd) return faults;
  if (end === undefined) faults.push('the bundle has no end');
  if (sent !== undefined) faults.push(...checkContents(sent, secrets));
  const left = disk.names(BUNDLES).filter((name) => name !== `${BUNDLE_ID}.json`);
  if (left.length > 0) faults.push(`left of the bundle: ${left.join(' ')}`);
  return faults;
}

function checkContents(bytes: Uint8Array, secrets: readonly string[]): string[] {
  const files = filesIn(Buffer.from(bytes));
  const manifest = JSON.parse(files.get('manifest.json') ?? '{"files":[]}');
  const faults = secrets.some((secret) => Buffer.from(bytes).includes(secret)) ? ['a secret was sent'] : [];
  const names = [...files.keys()].filter((name) => name !== 'manifest.json');
  if (JSON.stringify(names) !== JSON.stringify(manifest.files)) faults.push(`the bundle holds ${names.join(' ')} only`);
  if (!names.includes('system/journal.json')) faults.push('the bundle says nothing of the journal');
  return faults;
}

/** The texts of a tar file with short names. */
function filesIn(tar: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const field = (from: number, to: number) =>
      tar
        .subarray(at + from, at + to)
        .toString()
        .split('\0')[0] ?? '';
    const size = Number.parseInt(field(124, 136), 8);
    files.set(field(0, 100), tar.subarray(at + 512, at + 512 + size).toString());
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
