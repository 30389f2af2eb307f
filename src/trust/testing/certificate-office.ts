/** Certificates, revocation lists and CMS signatures made by real `openssl`. For tests. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateOf, fingerprintOf } from '../x509';
import type { TrustedKey } from '#/protocol/trust/keyring';

export const CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash';
export const SIGNER =
  'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectKeyIdentifier=hash';

export class CertificateOffice {
  readonly folder = mkdtempSync(join(tmpdir(), 'fl-ca-'));

  openssl(...parameters: string[]): void {
    execFileSync('openssl', parameters, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A certificate from `issuer`, or of its own. `dates`: [from, until] as YYYYMMDDHHMMSSZ. */
  issue(name: string, issuer: string | null, extensions: string, more: { algorithm?: string[]; dates?: [string, string] } = {}): void {
    const { algorithm = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], dates } = more;
    this.openssl('genpkey', ...algorithm, '-out', `${name}.key`);
    writeFileSync(join(this.folder, `${name}.ext`), `${extensions}\n`);
    this.openssl('req', '-new', '-key', `${name}.key`, '-subj', `/O=Port/CN=${name}`, '-out', `${name}.csr`);
    const ca = issuer ?? name;
    this.#database(ca);
    const times = dates ? ['-startdate', dates[0], '-enddate', dates[1]] : ['-days', '30'];
    const by = issuer === null ? ['-selfsign', '-keyfile', `${name}.key`] : ['-cert', `${issuer}.crt`, '-keyfile', `${issuer}.key`];
    this.openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      `${ca}.cnf`,
      ...by,
      ...times,
      '-extfile',
      `${name}.ext`,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
    );
  }

  /** The issuer's list after it has revoked `name`. */
  revoke(name: string, issuer: string): string {
    const by = ['-config', `${issuer}.cnf`, '-cert', `${issuer}.crt`, '-keyfile', `${issuer}.key`];
    this.openssl('ca', ...by, '-revoke', `${name}.crt`);
    this.openssl('ca', ...by, '-gencrl', '-crldays', '30', '-out', `${issuer}.crl`);
    return this.text(`${issuer}.crl`);
  }

  sign(content: Uint8Array, signer: string, chain: string[] = [], how: string[] = []): Buffer {
    writeFileSync(join(this.folder, 'content'), content);
    writeFileSync(join(this.folder, 'chain.pem'), chain.map((name) => this.text(`${name}.crt`)).join(''));
    const certs = chain.length > 0 ? ['-certfile', 'chain.pem'] : [];
    const base = ['cms', '-sign', '-binary', '-md', 'sha256', '-in', 'content', '-signer', `${signer}.crt`, '-inkey', `${signer}.key`];
    this.openssl(...base, ...certs, '-outform', 'DER', '-out', 'signature', ...how);
    return readFileSync(join(this.folder, 'signature'));
  }

  text(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  exported(name: string, more: Partial<TrustedKey> = {}): TrustedKey {
    const body = this.text(`${name}.crt`);
    const certificate = certificateOf(body);
    if (certificate === null) throw new Error(`${name} has no certificate`);
    return { kind: 'x509', fingerprint: fingerprintOf(certificate), label: name, body, purposes: ['release'], revoked: false, ...more };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #database(ca: string): void {
    const file = join(this.folder, `${ca}.cnf`);
    try {
      readFileSync(file);
    } catch {
      writeFileSync(join(this.folder, `${ca}.index`), '');
      writeFileSync(join(this.folder, `${ca}.serial`), '1000\n');
      writeFileSync(
        file,
        `[ca]\ndefault_ca=d\n[d]\ndir=.\nnew_certs_dir=.\ndatabase=${ca}.index\nserial=${ca}.serial\ndefault_md=sha256\npolicy=p\nunique_subject=no\ndefault_crl_days=30\n[p]\norganizationName=optional\ncommonName=supplied\n`,
      );
    }
  }
}
