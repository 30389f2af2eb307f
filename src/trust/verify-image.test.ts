/** What signatures by real gpg, openssl and sha256sum are found to cover, of images that real gzip, xz and zstd have compressed. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignatureKind, TrustedKey } from '#/protocol/trust/keyring';
import { CertificateOffice, SIGNER } from './testing/certificate-office';
import { GpgHome } from './testing/gpg-home';
import { verifyImage } from './verify-image';

/** Half of it can be compressed. */
const image = Buffer.concat([randomBytes(150_000), Buffer.alloc(150_000)]);
let gpg: GpgHome;
let office: CertificateOffice;
let release: string;
let keys: TrustedKey[];
let path: string;

beforeAll(() => {
  gpg = new GpgHome();
  office = new CertificateOffice();
  release = gpg.makeKey('Release <release@port.example>');
  office.issue('signer', null, SIGNER);
  keys = [gpg.exported(release), office.exported('signer')];
  path = gpg.file('image.img', image);
  for (const [program, ending] of PROGRAMS) execFileSync(program, ['-k', '-f', ...(ending === '.zst' ? ['-q'] : []), path]);
});
afterAll(() => {
  gpg.remove();
  office.remove();
});

const PROGRAMS = [
  ['gzip', '.gz'],
  ['xz', '.xz'],
  ['zstd', '.zst'],
] as const;
type Ending = (typeof PROGRAMS)[number][1];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** `without`: the file is not at hand, as on a gateway that has put the content together. Tells how often each was read. */
async function look(ending: Ending, signature: Uint8Array, kind: SignatureKind, without: 'file' | 'content' | null = null) {
  const program = PROGRAMS.find((one) => one[1] === ending)?.[0] ?? '';
  const bytes = readFileSync(path + ending);
  const reads = { file: 0, content: 0 };
  async function* read() {
    reads.file += 1;
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  async function* unpacked() {
    reads.content += 1;
    yield execFileSync(program, ['-dc', path + ending]);
  }
  const { verdict, covers, reason } = await verifyImage({
    ...{ kind, signature, keyring: { keys, crls: [] }, nowMs: Date.now() + 60_000 },
    file: without === 'file' ? null : { sha256: sha256(bytes), read },
    content: async () => (without === 'content' ? null : { sha256: sha256(image), read: unpacked }),
  });
  return { verdict, covers, reason, unpacked: reads.content };
}
const sums = (...endings: string[]) =>
  gpg.sign(
    execFileSync(
      'sha256sum',
      endings.map((ending) => path + ending),
      { encoding: 'utf8' },
    ),
    release,
    ['--clear-sign'],
  );

describe('a signature of a compressed image', () => {
  it.each(PROGRAMS)('by %s holds for the file or for what it unpacks to, and is told which', async (_, ending) => {
    const file = readFileSync(path + ending);
    expect(await look(ending, gpg.sign(file, release), 'gpg')).toMatchObject({ verdict: 'verified', covers: 'file', unpacked: 0 });
    expect(await look(ending, gpg.sign(image, release), 'gpg')).toMatchObject({ verdict: 'verified', covers: 'content', unpacked: 1 });
    expect(await look(ending, office.sign(file, 'signer'), 'cms')).toMatchObject({ verdict: 'verified', covers: 'file', unpacked: 0 });
    expect(await look(ending, office.sign(image, 'signer'), 'cms')).toMatchObject({ verdict: 'verified', covers: 'content' });
    // What was put together from blocks is vouched for by a signature over the content only.
    expect(await look(ending, gpg.sign(image, release), 'gpg', 'file')).toMatchObject({ verdict: 'verified', covers: 'content' });
    expect(await look(ending, gpg.sign(file, release), 'gpg', 'file')).toMatchObject({ verdict: 'invalid', covers: null });
  });

  it('may be a list of check sums, which names the one, the other or both', async () => {
    expect(await look('.xz', sums('.xz'), 'sums')).toMatchObject({ verdict: 'verified', covers: 'file' });
    expect(await look('.xz', sums(''), 'sums')).toMatchObject({ verdict: 'verified', covers: 'content' });
    expect(await look('.xz', sums('', '.xz', '.gz'), 'sums')).toMatchObject({ verdict: 'verified', covers: 'both', unpacked: 0 });
    expect(await look('.xz', sums('.gz'), 'sums')).toMatchObject({ verdict: 'invalid', covers: null });
    const unsigned = execFileSync('sha512sum', [path]);
    expect(await look('.xz', unsigned, 'sums')).toMatchObject({ verdict: 'untrusted', covers: null });
    const signed = Buffer.concat([unsigned, gpg.sign(unsigned, release)]);
    expect(await look('.xz', signed, 'sums')).toMatchObject({ verdict: 'verified', covers: 'content', unpacked: 1 });
  });

  it('that holds for neither, or is of a key that does not count, is no better for being tried twice', async () => {
    expect(await look('.zst', gpg.sign('another image', release), 'gpg')).toMatchObject({ verdict: 'invalid', covers: null });
    const stranger = gpg.makeKey('Stranger <stranger@elsewhere.example>');
    // Known before anything is read.
    expect(await look('.zst', gpg.sign(image, stranger), 'gpg')).toMatchObject({ verdict: 'untrusted', covers: null, unpacked: 0 });
    expect(await look('.zst', gpg.sign(image, release), 'gpg', 'content')).toMatchObject({ verdict: 'invalid', covers: null });
    expect(await look('.zst', Buffer.from('no signature'), 'cms')).toMatchObject({ verdict: 'invalid', covers: null });
  });
});
