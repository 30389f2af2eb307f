/** Signatures by real gpg, openssl and sha512sum over what real gzip, xz and zstd have packed, judged in the inspector's process. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ImageRefused } from '#/domain/images/image-refused';
import type { Keyring, SignatureKind } from '#/protocol/trust/keyring';
import { CertificateOffice, SIGNER } from '#/trust/testing/certificate-office';
import { GpgHome } from '#/trust/testing/gpg-home';
import { LookCutShort, type ProcessLimits } from './inspector-process';
import type { PackedFile } from './inspector-task';
import { verifyInWorker } from './verify-in-worker';

/** Half of it can be compressed. */
const content = Buffer.concat([randomBytes(150_000), Buffer.alloc(150_000)]);
const sha256 = createHash('sha256').update(content).digest('hex');
let gpg: GpgHome;
let office: CertificateOffice;
let release: string;
let keyring: Keyring;
let path: string;
/** A process from source takes its time to start, on a busy machine most of all. */
vi.setConfig({ testTimeout: 300_000 });

beforeAll(() => {
  gpg = new GpgHome();
  office = new CertificateOffice();
  release = gpg.makeKey('Release <release@port.example>');
  office.issue('signer', null, SIGNER);
  keyring = { keys: [gpg.exported(release), office.exported('signer')], crls: [] };
  path = gpg.file('image.img', content);
  for (const program of ['gzip', 'xz', 'zstd']) execFileSync(program, ['-k', '-f', '-q', path]);
});
afterAll(() => {
  gpg.remove();
  office.remove();
});

function packed(compression: 'gzip' | 'xz' | 'zstd', more: Partial<PackedFile> = {}): PackedFile {
  const file = `${path}.${{ gzip: 'gz', xz: 'xz', zstd: 'zst' }[compression]}`;
  return { path: file, compression, sizeBytes: statSync(file).size, content: { sha256, sizeBytes: content.length }, ...more };
}
const about = (kind: SignatureKind, signature: Uint8Array) => ({ kind, signature, keyring, nowMs: Date.now() + 60_000 });

describe('verifyInWorker', () => {
  it('judges as it is judged anywhere else', async () => {
    const overAll = gpg.sign(content, release);
    expect(await verifyInWorker(packed('xz'), about('gpg', overAll))).toMatchObject({ verdict: 'verified', keyId: release });
    expect(await verifyInWorker(packed('gzip'), about('cms', office.sign(content, 'signer')))).toMatchObject({ verdict: 'verified' });
    const list = execFileSync('sha512sum', [path]);
    const sums = about('sums', gpg.sign(list, release, ['--clear-sign']));
    expect(await verifyInWorker(packed('zstd'), sums)).toMatchObject({ verdict: 'verified', keyId: release });
    const other = await verifyInWorker(packed('zstd'), about('gpg', gpg.sign('another image', release)));
    expect(other).toMatchObject({ verdict: 'invalid', keyId: release });
    // What the file unpacks to is not what the look into it has found.
    const swapped = packed('gzip', { content: { sha256: '0'.repeat(64), sizeBytes: content.length } });
    expect(await verifyInWorker(swapped, about('gpg', overAll))).toMatchObject({ verdict: 'invalid' });
  });

  it('refuses a file that does not unpack, or to more than it did or any image does', async () => {
    const signature = about('gpg', gpg.sign(content, release));
    copyFileSync(`${path}.xz`, gpg.file('cut.xz', ''));
    truncateSync(`${gpg.folder}/cut.xz`, 100_000);
    const cut = verifyInWorker(packed('xz', { path: `${gpg.folder}/cut.xz` }), signature);
    await expect(cut).rejects.toThrow(new ImageRefused('It is xz compressed, but it is cut off.'));
    const longer = verifyInWorker(packed('xz', { content: { sha256, sizeBytes: content.length - 1 } }), signature);
    await expect(longer).rejects.toThrow(new ImageRefused('It has more than 299999 bytes once it is uncompressed.'));
    // 2 GB of nothing as 62 KB: a frame of nothing, again and again.
    const frame = execFileSync('zstd', ['-q', '-c'], { input: Buffer.alloc(2 ** 20) });
    const file = gpg.file('bomb.zst', Buffer.concat(Array.from({ length: 2048 }, () => frame)));
    const bomb = packed('zstd', { path: file, sizeBytes: statSync(file).size, content: { sha256, sizeBytes: 2 ** 31 } });
    await expect(verifyInWorker(bomb, signature)).rejects.toThrow(/^It grows to more than 1000 times its size/);
    await expect(verifyInWorker(packed('xz', { path: `${path}.absent` }), signature)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says nothing of the signature when its process dies, hangs, takes too much or talks nonsense', async () => {
    const run = (script: string, limits?: ProcessLimits) => {
      const program = { file: gpg.file('program.mjs', script), execArgv: [] };
      return verifyInWorker(packed('xz'), about('gpg', Buffer.from('signature')), limits, program).catch((error: unknown) => error);
    };
    const answers = (said: unknown) => `process.once('message', () => process.send(${JSON.stringify(said)})); setInterval(() => {}, 1000);`;
    const memoryMb = 32;
    for (const [script, limits, by, sentence] of [
      ['for (;;) {}', { timeoutMs: 1000 }, 'limit', 'It could not be read within 1 s.'],
      [
        'const all = []; for (;;) all.push(new Array(1000).fill(0.5));',
        { memoryMb },
        'limit',
        'It needs more than 32 MB of memory to be read.',
      ],
      [
        'const all = []; setInterval(() => all.push(Buffer.alloc(5_000_000, 1)), 20);',
        { residentMb: 200 },
        'limit',
        'It needs more than 200 MB of memory to be read.',
      ],
      ['process.exit(3)', {}, 'limit', 'It makes the programs that read it fail.'],
      [answers({ said: { verdict: 'good' } }), {}, 'limit', 'It makes the programs that read it fail.'],
      [answers('verified'), {}, 'limit', 'It makes the programs that read it fail.'],
      [answers({ broken: true }), {}, 'limit', 'It makes the programs that read it fail.'],
      ["process.kill(process.pid, 'SIGKILL');", {}, 'outside', 'The look was ended by SIGKILL.'],
    ] as const) {
      const ended = await run(script, limits);
      expect(ended, script).toBeInstanceOf(LookCutShort);
      expect(ended, script).toMatchObject({ by, message: sentence });
    }
    // And the verdict is the process's own word: nothing is asked a second time here.
    const verdict = { verdict: 'revoked', keyId: 'A'.repeat(40), signer: 'Somebody', reason: 'So it is.' };
    expect(await run(answers({ said: verdict }))).toEqual(verdict);
  });
});
