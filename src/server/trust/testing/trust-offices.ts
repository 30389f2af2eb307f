/** What database tests of trust begin with: a real gpg and a certificate office, and an artifact folder of their own, all gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateOffice } from '#/trust/testing/certificate-office';
import { GpgHome } from '#/trust/testing/gpg-home';
import { setArtifactFolder } from '../../testing/artifact-folder';

export async function openTrustOffices() {
  const gpg = new GpgHome();
  const office = new CertificateOffice();
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-trust-'));
  setArtifactFolder(folder);
  return {
    gpg,
    office,
    async close(): Promise<void> {
      gpg.remove();
      office.remove();
      setArtifactFolder(null);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
