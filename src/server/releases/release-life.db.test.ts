import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImageFacts } from '#/domain/images/image-facts';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { startDownload } from '../jobs/start-download';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { browseReleases } from './browse-releases';
import { cancelWithdrawnJobs } from './cancel-withdrawn-jobs';
import { checkUpdates } from './check-updates';
import { compareReleases } from './compare-releases';
import { createDraft } from './create-draft';
import { promoteRelease } from './promote-release';
import { publishDraft } from './publish-draft';
import { readRelease } from './read-release';
import { updateDraft } from './update-draft';
import { whereItRuns } from './where-it-runs';
import { withdrawRelease } from './withdraw-release';

const newVersion = () => `v${randomInt(100, 900_000)}.${randomInt(900_000)}.${randomInt(900_000)}`;
const about = {
  channel: 'nightly' as const,
  type: 'feature' as const,
  severity: 'normal' as const,
  description: 'A test',
  changelog: ['One'],
};
const FACTS: ImageFacts = {
  ...{ format: 'raw', compression: 'none', sizeBytes: 1000, contentSizeBytes: 1000, contentSha256: null, partitionTable: null },
  ...{ fileSystems: [], bootImages: [], entryCount: null, osRelease: null, manifest: null, version: null, kernel: null, buildId: null },
  ...{ architecture: null, bootloader: null, hardware: null, minimumHardware: null, fromVersion: null },
};

/** An image that was uploaded and judged; signed unless said otherwise. */
async function makeUpload(
  owner: { id: string; name: string },
  options: { facts?: Partial<ImageFacts> | null; verdict?: string | null } = {},
) {
  const sha256 = randomBytes(32).toString('hex');
  const { facts = {}, verdict = 'verified' } = options;
  await getDb().artifact.create({
    data: { sha256, sizeBytes: 1000, ...(facts === null ? {} : { facts: { ...FACTS, ...facts }, inspectedAt: new Date() }) },
  });
  if (verdict !== null)
    await getDb().artifactSignature.create({
      data: {
        artifactSha256: sha256,
        kind: 'gpg',
        body: Buffer.from('x'),
        verdict,
        signer: 'Release key',
        reason: 'test',
        addedBy: 'test',
      },
    });
  const upload = await getDb().upload.create({
    data: {
      ...{ ownerId: owner.id, owner: owner.name, fileName: 'image.img', state: 'verified', artifactSha256: sha256 },
      expiresAt: new Date('2100-01-01T00:00:00Z'),
    },
  });
  return upload.id;
}

async function people() {
  const [bringer, other] = await Promise.all([makePerson('release_manager'), makePerson('release_manager')]);
  return { bringer: bringer.actor, other: other.actor };
}

describe('the life of a release', () => {
  it('draft, edited, published, promoted by another, withdrawn: each with its event and audit', async () => {
    const { bringer, other } = await people();
    const version = newVersion();
    const uploadId = await makeUpload(bringer);
    const { releaseId } = await createDraft(bringer, { ...about, version, uploadId });
    const draft = await readRelease(bringer, releaseId);
    expect(draft).toMatchObject({ state: 'draft', signature: 'verified', signer: 'Release key', uploader: bringer.name });
    expect(draft.readiness).toEqual({ missing: [], warnings: ['The image does not say which version it is.'] });
    const gateway = await makeGateway();
    const system = (await makePerson('supervisor', { siteId: gateway.siteId })).actor;
    const offered = async () =>
      (await checkUpdates(system, { gatewayId: gateway.id, channel: 'nightly' })).updates.some((one) => one.version === version);
    expect(await offered()).toBe(false);

    const { revision } = draft;
    const fields = { ...about, version, severity: 'high' as const };
    expect(await updateDraft(other, { releaseId, revision, fields })).toEqual({ changed: ['severity'] });
    await expect(updateDraft(bringer, { releaseId, revision, fields })).rejects.toMatchObject({ code: 'CONFLICT' });

    await expect(publishDraft(bringer, { releaseId })).rejects.toMatchObject({ code: 'CONFLICT', details: { missing: [] } });
    await publishDraft(bringer, { releaseId, acceptWarnings: true });
    expect(await offered()).toBe(true);
    await expect(
      updateDraft(bringer, { releaseId, revision: await readRelease(bringer, releaseId).then((one) => one.revision), fields }),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
    });

    await expect(promoteRelease(bringer, { releaseId, from: 'nightly' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const both = await Promise.allSettled([
      promoteRelease(other, { releaseId, from: 'nightly' }),
      promoteRelease(other, { releaseId, from: 'nightly' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await promoteRelease(other, { releaseId, from: 'beta' })).toEqual({ channel: 'stable' });
    await expect(promoteRelease(other, { releaseId, from: 'stable' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(promoteRelease(other, { releaseId, from: 'beta' })).rejects.toMatchObject({ code: 'CONFLICT' });

    expect(await withdrawRelease(other, { releaseId, reason: 'It was wrong' })).toBe(true);
    expect(await withdrawRelease(other, { releaseId, reason: 'It was wrong' })).toBe(false);
    expect(await offered()).toBe(false);
    await expect(promoteRelease(other, { releaseId, from: 'stable' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const read = await readRelease(other, releaseId);
    expect(read.events.map(({ kind }) => kind)).toEqual(['withdrawn', 'promoted', 'promoted', 'published', 'edited', 'uploaded']);
    expect(read).toMatchObject({
      state: 'withdrawn',
      withdrawnReason: 'It was wrong',
      may: { edit: false, publish: false, promoteTo: null },
    });
    const audit = await getDb().auditEvent.findMany({ where: { objectType: 'release', objectId: releaseId }, orderBy: { seq: 'asc' } });
    expect(audit.map(({ name }) => name)).toEqual([
      ...['release.drafted', 'release.edited', 'release.published', 'release.promoted', 'release.promoted', 'release.withdrawn'],
    ]);
  });

  it.each([
    ['nobody has looked into it', { facts: null }, 'Nobody has looked into the image yet.'],
    ['it is another version', { facts: { version: 'v0.0.1' } }, 'The image says that it is v0.0.1'],
    ['its signature does not hold', { verdict: 'revoked' }, 'it does not hold'],
  ])('is not published while %s, whatever is accepted', async (_name, options, words) => {
    const { bringer } = await people();
    const { releaseId } = await createDraft(bringer, { ...about, version: newVersion(), uploadId: await makeUpload(bringer, options) });
    await expect(publishDraft(bringer, { releaseId, acceptWarnings: true })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(words),
    });
  });

  it('a version is used once, and rights are asked for', async () => {
    const { bringer } = await people();
    const version = newVersion();
    const input = async () => ({ ...about, version, uploadId: await makeUpload(bringer) });
    const [first, second] = [await input(), await input()];
    const both = await Promise.allSettled([createDraft(bringer, first), createDraft(bringer, second)]);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    const operator = (await makePerson('operator')).actor;
    await expect(createDraft(operator, first)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(createDraft(bringer, { ...first, uploadId: randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('goes straight to stable by another person than who brought it, and to beta by anybody', async () => {
    const { bringer, other } = await people();
    const draftOn = async (channel: 'beta' | 'stable') => {
      // Fits no gateway of another file.
      const hardware = [`hw-${randomUUID()}`];
      const draft = { ...about, channel, hardware, version: newVersion(), uploadId: await makeUpload(bringer) };
      return (await createDraft(bringer, draft)).releaseId;
    };
    const releaseId = await draftOn('stable');
    const why = expect.stringContaining('somebody else publishes it on stable');
    expect((await readRelease(bringer, releaseId)).may).toMatchObject({ publish: false, whyNotPublish: why, edit: true });
    expect((await readRelease(other, releaseId)).may).toMatchObject({ publish: true, whyNotPublish: null });
    await expect(publishDraft(bringer, { releaseId, acceptWarnings: true })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: why,
      suggestedActions: [expect.stringContaining('Ask another'), expect.stringContaining('beta')],
    });
    await expect(publishDraft(systemActor('console'), { releaseId, acceptWarnings: true })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await publishDraft(other, { releaseId, acceptWarnings: true });
    expect((await readRelease(bringer, releaseId)).may).toMatchObject({ publish: false, whyNotPublish: null });
    await publishDraft(bringer, { releaseId: await draftOn('beta'), acceptWarnings: true });
  });

  it('withdrawal cancels jobs that have not begun to write, and no others', async () => {
    const { bringer } = await people();
    const { releaseId } = await createDraft(bringer, { ...about, version: newVersion(), uploadId: await makeUpload(bringer) });
    await publishDraft(bringer, { releaseId, acceptWarnings: true });
    const [waits, writes] = [await makeGateway(), await makeGateway()];
    const jobIds: string[] = [];
    for (const gateway of [waits, writes]) {
      const { actor } = await makePerson('operator', { siteId: gateway.siteId });
      jobIds.push((await startDownload(actor, { gatewayId: gateway.id, releaseId })).jobId);
    }
    await getDb().job.update({ where: { id: jobIds[1] as string }, data: { state: 'writing', intent: 'install' } });
    await withdrawRelease(bringer, { releaseId, reason: 'It was wrong' });
    const states = async () =>
      (await getDb().job.findMany({ where: { id: { in: jobIds } } })).map(({ state, requestedAction }) => [state, requestedAction]).sort();
    expect(await states()).toEqual([
      ['cancelled', null],
      ['writing', null],
    ]);
    expect(await cancelWithdrawnJobs(releaseId)).toBe(0);
  });
});

describe('looking at releases', () => {
  it('lists by filter and page, and tells where one runs', async () => {
    const { bringer } = await people();
    const mark = randomUUID().slice(0, 8);
    const made: string[] = [];
    for (const channel of ['beta', 'stable', 'beta'] as const) {
      const uploadId = await makeUpload(bringer);
      made.push((await createDraft(bringer, { ...about, channel, description: mark, version: newVersion(), uploadId })).releaseId);
    }
    const first = await browseReleases(bringer, { text: mark, limit: 2 });
    const second = await browseReleases(bringer, { text: mark, limit: 2, cursor: first.nextCursor });
    expect([...first.rows, ...second.rows].map(({ id }) => id).sort()).toEqual([...made].sort());
    expect(second.nextCursor).toBeNull();
    expect((await browseReleases(bringer, { text: mark, channel: 'beta', states: ['draft'], limit: 50 })).rows).toHaveLength(2);
    expect((await browseReleases(bringer, { text: mark, states: ['published'], limit: 50 })).rows).toEqual([]);

    const [releaseId = ''] = made;
    const { version } = await readRelease(bringer, releaseId);
    const gateway = await makeGateway();
    await getDb().gateway.update({ where: { id: gateway.id }, data: { activeVersion: version } });
    expect(await whereItRuns(bringer, { releaseId, limit: 10 })).toMatchObject({ total: 1, rows: [{ id: gateway.id }], nextCursor: null });
    const stranger = (await makePerson('viewer', { siteId: (await makeGateway()).siteId })).actor;
    expect(await whereItRuns(stranger, { releaseId, limit: 10 })).toMatchObject({ total: 0, rows: [], bySite: [] });
    const comparison = await compareReleases(bringer, { fromId: made[0] as string, toId: made[1] as string });
    expect(comparison.fields).toEqual([{ name: 'channel', from: 'beta', to: 'stable' }]);
    expect(comparison).toMatchObject({ sameImage: false, components: null });
  });
});
