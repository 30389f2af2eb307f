/** What the order of a compressed image says, and that none is given before it is known what is in it. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeImageManifest } from '#/domain/releases/image-manifest';
import { deploySchema } from '#/protocol/mqtt/commands';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { publishRelease } from '../releases/publish-release';
import { ownArtifactFolder } from '../testing/artifact-folder';
import { makeGateway } from '../testing/fleet-rows';
import { inspectArtifact } from '../uploads/inspect-artifact';
import { startDownload } from './start-download';

const actor = systemActor('test');
const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
ownArtifactFolder();

/** A release of nobody else's hardware, and a gateway of it whose other slot takes so many bytes. */
async function published(file: Uint8Array, version: string, slotBytes = 1_000_000) {
  const hardware = `packed-${randomUUID()}`;
  const input = { channel: 'nightly', type: 'feature', severity: 'low', description: 'A test' } as const;
  const image = (async function* () {
    yield file;
  })();
  const { releaseId, sha256 } = await publishRelease(actor, { ...input, version, hardware: [hardware] }, image);
  const { id: gatewayId } = await makeGateway();
  await getDb().gateway.update({ where: { id: gatewayId }, data: { hardwareRevision: hardware } });
  const sizes = { sizeBytes: BigInt(slotBytes), usedBytes: 1000n };
  await getDb().slot.createMany({ data: ['A', 'B'].map((id) => ({ gatewayId, id, version: 'v1.0.0', status: 'ready', ...sizes })) });
  return { releaseId, sha256, gatewayId };
}

const orderOf = async (gatewayId: string) =>
  deploySchema.parse((await getDb().outboxCommand.findFirstOrThrow({ where: { gatewayId, name: 'job.deploy' } })).body);
const newVersion = () => `v1.0.1-packed.${randomUUID().slice(0, 8)}`;
const imageOf = (version: string) =>
  Buffer.concat([encodeImageManifest({ version, build_id: 'b', kernel: '6.6', os_version: 'Test' }), randomBytes(200_000)]);

it('a compressed image is ordered as what the slot is to hold, with the file that it comes in; not before it was looked into', async () => {
  const version = newVersion();
  const content = imageOf(version);
  const file = gzipSync(content);
  const { releaseId, sha256, gatewayId } = await published(file, version);
  await expect(startDownload(actor, { gatewayId, releaseId })).rejects.toMatchObject({ code: 'SYSTEM_BUSY' });
  await inspectArtifact(sha256);
  const { jobId } = await startDownload(actor, { gatewayId, releaseId });
  expect(await orderOf(gatewayId)).toMatchObject({
    ...{ sha256: sha(content), sizeBytes: content.length },
    packed: { compression: 'gzip', sha256, sizeBytes: file.length },
    artifactPath: expect.stringMatching(new RegExp(`/${sha256}$`)),
  });
  // What is shown of the job is the download.
  expect(await getDb().job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({
    artifactSha256: sha256,
    bytesTotal: BigInt(file.length),
  });
});

it('it must fit into the slot unpacked, and say that it is the version of its release', async () => {
  const version = newVersion();
  const file = zstdCompressSync(Buffer.concat([imageOf(version), Buffer.alloc(900_000)]));
  const large = await published(file, version);
  await inspectArtifact(large.sha256);
  await expect(startDownload(actor, large)).rejects.toMatchObject({
    code: 'INSUFFICIENT_DISK_SPACE',
    details: { required_bytes: 1_104_096, available_bytes: 1_000_000 },
  });
  const other = await published(gzipSync(imageOf('v9.9.9')), newVersion());
  await inspectArtifact(other.sha256);
  await expect(startDownload(actor, other)).rejects.toMatchObject({ code: 'INVALID_UPDATE_FILE' });
});

it('one that cannot be unpacked is never ordered, nor is a tar package: no slot can be started from it', async () => {
  const damaged = await published(gzipSync(randomBytes(50_000)).subarray(0, 40_000), newVersion());
  await expect(inspectArtifact(damaged.sha256)).rejects.toMatchObject({ code: 'INVALID_UPDATE_FILE' });
  await getDb().artifact.update({ where: { sha256: damaged.sha256 }, data: { compression: null } });
  await expect(inspectArtifact(damaged.sha256)).rejects.toMatchObject({ code: 'INVALID_UPDATE_FILE' });
  await expect(startDownload(actor, damaged)).rejects.toMatchObject({ code: 'SYSTEM_BUSY' });

  const tar = Buffer.alloc(10_240);
  tar.write('etc/os-release', 0);
  for (const [text, at] of [
    ['0000644', 100],
    ['0000000', 108],
    ['0000000', 116],
    ['00000000004', 124],
    ['00000000000', 136],
  ] as const)
    tar.write(text, at);
  tar.write('0', 156);
  tar.write('ustar\x0000', 257);
  tar.write('ID=x', 512);
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const file = gzipSync(tar);
  const { releaseId, sha256, gatewayId } = await published(file, newVersion());
  expect(await inspectArtifact(sha256)).toMatchObject({ format: 'tar', compression: 'gzip' });
  await expect(startDownload(actor, { gatewayId, releaseId })).rejects.toMatchObject({
    code: 'INVALID_UPDATE_FILE',
    message: expect.stringContaining('no partition can be started from it'),
  });
  expect(await getDb().outboxCommand.count({ where: { gatewayId } })).toBe(0);
});
