/** Real `gpg` in a home folder of its own. For tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrustedKey } from '#/protocol/trust/keyring';

export class GpgHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'fl-gpg-'));
  readonly #home = join(this.folder, 'home');

  constructor() {
    mkdirSync(this.#home, { mode: 0o700 });
  }

  /** `at`: what gpg takes for the present, such as 20260101T000000. */
  run(parameters: string[], at?: string): string {
    const time = at === undefined ? [] : ['--faked-system-time', at];
    const base = ['--homedir', this.#home, '--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', '', ...time];
    return execFileSync('gpg', [...base, ...parameters], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Makes a key and resolves with its fingerprint. */
  makeKey(user: string, expires = '0', at?: string): string {
    this.run(['--quick-gen-key', user, 'ed25519', 'sign', expires], at);
    return this.fingerprint(user);
  }

  fingerprint(user: string): string {
    const line = this.run(['--with-colons', '--list-keys', user])
      .split('\n')
      .find((one) => one.startsWith('fpr:'));
    return line?.split(':')[9] ?? '';
  }

  exported(fingerprint: string, more: Partial<TrustedKey> = {}): TrustedKey {
    const body = this.run(['--armor', '--export', fingerprint]);
    return { kind: 'gpg', fingerprint, label: 'test', body, purposes: ['release'], revoked: false, ...more };
  }

  file(name: string, content: Uint8Array | string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The bytes of a detached signature. */
  sign(content: Uint8Array | string, user: string, how: string[] = ['--armor'], at?: string): Buffer {
    const path = this.file('content', content);
    this.run(
      ['--local-user', user, ...how, '--output', `${path}.sig`, ...(how.includes('--clear-sign') ? [] : ['--detach-sign']), path],
      at,
    );
    return readFileSync(`${path}.sig`);
  }

  /** With the revocation certificate that gpg made with the key. */
  revoke(fingerprint: string): void {
    const certificate = readFileSync(join(this.#home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8').replace(
      ':-----BEGIN',
      '-----BEGIN',
    );
    this.run(['--import', this.file('revocation', certificate)]);
  }

  remove(): void {
    spawnSync('gpgconf', ['--homedir', this.#home, '--kill', 'all']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
