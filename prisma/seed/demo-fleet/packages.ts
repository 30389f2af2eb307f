/**
 * The bills of materials of the demo's releases: Debian packages of the ages that such releases would have. Demo data, and
 * named so in each document: the demo's images hold a manifest and random bytes, so only the kernel in the list is theirs.
 */
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { uploadSbom } from '#/server/sbom/upload-sbom';
import type { DemoImage } from './images';
import { DEMO_RELEASES, type DemoRelease } from './releases';

/** Debian release of each release of the demo, in its order. */
const DISTRO = ['11', '11', '12', '12', '12', '12', '12', '13'];

/** Name, licence, and one version for each release of the demo; `=` is that of the one before, `-` is none. */
const PACKAGES: readonly [name: string, license: string, versions: string][] = [
  ['base-files', 'GPL-2.0-or-later', '11.1+deb11u9 11.1+deb11u11 12.4+deb12u5 12.4+deb12u8 12.4+deb12u9 = = 13.8'],
  ['bash', 'GPL-3.0-or-later', '5.1-2+deb11u1 = 5.2.15-2+b7 = = = = 5.2.37-2+b5'],
  ['busybox', 'GPL-2.0-only', '1:1.30.1-6+b3 = 1:1.35.0-4+b3 = = = = 1:1.37.0-6+b3'],
  ['ca-certificates', 'MPL-2.0', '20210119 = 20230311 = 20230311+deb12u1 20230311 20230311+deb12u1 20250419'],
  ['chrony', 'GPL-2.0-only', '4.0-8+deb11u2 = 4.3-2+deb12u1 = = = = 4.6.1-3'],
  ['curl', 'curl', '7.74.0-1.3+deb11u11 7.74.0-1.3+deb11u13 7.88.1-10+deb12u5 7.88.1-10+deb12u7 7.88.1-10+deb12u8 = = 8.14.1-2'],
  ['dbus', 'GPL-2.0-or-later', '1.12.28-0+deb11u1 = 1.14.10-1~deb12u1 = = = = 1.16.2-2'],
  ['e2fsprogs', 'GPL-2.0-only', '1.46.2-2 1.46.2-2+deb11u1 1.47.0-2 = = = = 1.47.2-3+b3'],
  ['gstreamer1.0-plugins-base', 'LGPL-2.0-or-later', '- - - - - 1.22.0-3+deb12u1 1.22.0-3+deb12u3 1.26.2-1'],
  ['iproute2', 'GPL-2.0-only', '5.10.0-4 = 6.1.0-3 = = = = 6.15.0-1'],
  ['iptables', 'GPL-2.0-or-later', '1.8.7-1 = 1.8.9-2 = = = = 1.8.11-2'],
  [
    'libc6',
    'LGPL-2.1-or-later',
    '2.31-13+deb11u8 2.31-13+deb11u10 2.36-9+deb12u4 2.36-9+deb12u8 2.36-9+deb12u9 2.36-9+deb12u8 2.36-9+deb12u9 2.41-12',
  ],
  ['libexpat1', 'MIT', '2.2.10-2+deb11u5 2.2.10-2+deb11u6 2.5.0-1 2.5.0-1+deb12u1 = = = 2.7.1-2'],
  ['libmodbus5', 'LGPL-2.1-or-later', '3.1.6-2 = 3.1.6-2.1 = = = = 3.1.11-2'],
  ['libmosquitto1', 'EPL-2.0', '2.0.11-1+deb11u1 = 2.0.11-1.2+deb12u1 = = = = 2.0.21-1'],
  ['libsqlite3-0', 'blessing', '3.34.1-3 3.34.1-3+deb11u1 3.40.1-2 = 3.40.1-2+deb12u1 3.40.1-2 3.40.1-2+deb12u1 3.46.1-7'],
  ['libssl3', 'Apache-2.0', '- - 3.0.11-1~deb12u2 3.0.14-1~deb12u2 3.0.15-1~deb12u1 3.0.14-1~deb12u2 3.0.15-1~deb12u1 3.5.1-1'],
  ['libzstd1', 'BSD-3-Clause', '1.4.8+dfsg-2.1 = 1.5.4+dfsg2-5 = = = = 1.5.7+dfsg-1'],
  ['nftables', 'GPL-2.0-only', '0.9.8-3.1+deb11u1 0.9.8-3.1+deb11u2 1.0.6-2+deb12u2 = = = = 1.1.3-1'],
  ['nut-client', 'GPL-2.0-or-later', '2.7.4-13 = 2.8.0-7 = = = = 2.8.1-5'],
  ['openssh-server', 'BSD-2-Clause', '1:8.4p1-5+deb11u3 = 1:9.2p1-2+deb12u2 1:9.2p1-2+deb12u3 = = = 1:10.0p1-7'],
  [
    'openssl',
    '',
    '1.1.1n-0+deb11u5 1.1.1w-0+deb11u1 3.0.11-1~deb12u2 3.0.14-1~deb12u2 3.0.15-1~deb12u1 3.0.14-1~deb12u2 3.0.15-1~deb12u1 3.5.1-1',
  ],
  ['systemd', 'LGPL-2.1-or-later', '247.3-7+deb11u4 247.3-7+deb11u6 252.22-1~deb12u1 252.30-1~deb12u2 252.31-1~deb12u1 = = 257.7-1'],
  ['tzdata', '', '2024a-0+deb11u1 = 2024a-0+deb12u1 2024b-0+deb12u1 = = = 2025b-4'],
  ['u-boot-tools', 'GPL-2.0-or-later', '2021.01+dfsg-5 = 2023.01+dfsg-2 = = = = 2025.01-3'],
  ['wpasupplicant', 'BSD-3-Clause', '2:2.9.0-21+deb11u2 = 2:2.10-12+deb12u1 2:2.10-12+deb12u2 = = = 2:2.10-24'],
  ['zlib1g', 'Zlib', '1:1.2.11.dfsg-2+deb11u2 = 1:1.2.13.dfsg-1 = = = = 1:1.3.dfsg+really1.3.1-1+b1'],
];

/** The document of one release. */
export function demoBom(release: DemoRelease): string {
  const index = DEMO_RELEASES.indexOf(release);
  const distro = DISTRO[index] ?? '';
  const packages = PACKAGES.flatMap(([name, license, versions]) => {
    const version = versionAt(versions.split(' '), index);
    if (version === null) return [];
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=arm64&distro=debian-${distro}`;
    return [{ type: 'library', name, version, purl, ...(license === '' ? {} : { licenses: [{ license: { id: license } }] }) }];
  });
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'operating-system', name: 'Gateway OS (Fairlead demo data)', version: release.version },
      properties: [{ name: 'fairlead:demo', value: 'Made up for the demo: only the kernel is what the image names.' }],
    },
    components: [
      { type: 'operating-system', name: 'linux', version: release.kernel, purl: `pkg:generic/linux@${release.kernel}` },
      ...packages,
    ],
  });
}

function versionAt(versions: readonly string[], index: number): string | null {
  const found = versions.slice(0, index + 1).findLast((one) => one !== '=');
  return found === undefined || found === '-' ? null : found;
}

/** A bill of materials for each release of the demo that has none; what people have uploaded stays. */
export async function describeDemoReleases(images: readonly DemoImage[]): Promise<void> {
  for (const [index, release] of DEMO_RELEASES.entries()) {
    const found = await getDb().release.findUnique({
      where: { version: release.version },
      select: { id: true, state: true, artifactSha256: true, sboms: { select: { id: true }, take: 1 } },
    });
    if (!found || found.state === 'withdrawn' || found.sboms.length > 0 || found.artifactSha256 !== images[index]?.sha256) continue;
    await uploadSbom(systemActor('seed'), { releaseId: found.id, document: demoBom(release) });
  }
}
