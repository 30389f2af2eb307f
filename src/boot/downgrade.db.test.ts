/** The two ends together: what the server takes from real gpg and puts into its order, judged by the agent's own code with its own pins. */
import { randomBytes, randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { slotFile } from '#/agent/slots/file-slots';
import { SimDisk } from '#/agent/storage/sim-disk';
import { SimClock } from '#/agent/testing/sim-clock';
import { PATHS, SimGateway } from '#/agent/testing/sim-gateway';
import { makeImage, type SimImage } from '#/agent/testing/sim-images';
import { SimServer } from '#/agent/testing/sim-server';
import { type CommandBody, commandBodySchema } from '#/protocol/mqtt/commands';
import type { KeySet } from '#/protocol/trust/keyring';
import { systemActor } from '#/server/access/actor';
import { getDb } from '#/server/db/client';
import { createJob } from '#/server/jobs/create-job';
import { publishRelease } from '#/server/releases/publish-release';
import { ownArtifactFolder } from '#/server/testing/artifact-folder';
import { makeGateway } from '#/server/testing/fleet-rows';
import { until } from '#/server/testing/until';
import { addKey } from '#/server/trust/change-keys';
import { addPermit } from '#/server/trust/change-permits';
import { checkSignature } from '#/server/trust/check-signature';
import { permitToSign } from '#/server/trust/permit-text';
import { GpgHome } from '#/trust/testing/gpg-home';

const officer = { ...systemActor('officer'), grants: [{ role: 'key_officer' as const, siteId: null }] };
const publisher = systemActor('test');
let gpg: GpgHome;
ownArtifactFolder();

beforeAll(async () => {
  gpg = new GpgHome();
});
afterAll(async () => {
  gpg.remove();
});

async function makeKey(purpose: 'release' | 'downgrade') {
  const fingerprint = gpg.makeKey(`${purpose} ${randomBytes(4).toString('hex')}`);
  await addKey(officer, { label: purpose, body: gpg.exported(fingerprint).body, purposes: [purpose] });
  return gpg.exported(fingerprint, { purposes: [purpose] });
}

/** The agent, on a gateway that runs `running`. */
async function powerOn(running: SimImage, older: SimImage, releaseKeys: KeySet, gatewayId: string) {
  const disk = new SimDisk();
  for (const slot of ['A', 'B'] as const) disk.plant(slotFile(PATHS.slots, slot), running.bytes);
  // It stands still: a minute ahead, so that nothing is signed in its future.
  const clock = new SimClock(Date.now() + 60_000);
  const plant = { clock, server: new SimServer([]), image: older, releaseKeys, gatewayId };
  const agent = await SimGateway.powerOn(disk, plant);
  onTestFinished(async () => {
    await agent.engine.stop();
  });
  await agent.pins?.raiseFloor(running.version);
  return agent;
}

it('a downgrade that a key has signed offline is installed by the agent, for the gateway that it names and no other', async () => {
  const [release, downgrade] = [await makeKey('release'), await makeKey('downgrade')];
  const major = randomInt(1000, 900_000);
  const [older, running] = [makeImage(`v${major}.1.0`, 9000), makeImage(`v${major}.2.0`, 4096)];
  const hardware = `hw-${randomBytes(4).toString('hex')}`;
  const fields = { version: older.version, channel: 'stable', type: 'hotfix', severity: 'low', description: 'A test' } as const;
  const { releaseId, sha256 } = await publishRelease(publisher, { ...fields, hardware: [hardware] }, bytes(older.bytes));
  await checkSignature(officer, { artifactSha256: sha256, kind: 'gpg', body: gpg.sign(older.bytes, release.fingerprint) });
  const { id: gatewayId } = await makeGateway();
  await getDb().gateway.update({ where: { id: gatewayId }, data: { hardwareRevision: hardware, activeVersion: running.version } });
  const keySet: KeySet = { version: 1, keys: [release, downgrade], crls: [] };
  const agent = await powerOn(running, older, keySet, gatewayId);
  const report = agent.pins?.report();
  if (!report) throw new Error('nothing is pinned');
  await getDb().gatewayPins.create({ data: { gatewayId, ...report, reportedAt: new Date() } });
  const order = { gatewayId, releaseId, intent: 'install', strategy: 'seamless', options: { rebootDelaySeconds: 0 } } as const;
  await expect(createJob(publisher, order)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });

  const expiresAt = new Date(Date.now() + 3_600_000);
  const { text } = await permitToSign(publisher, { releaseId, gateway: gatewayId, fromVersion: running.version, expiresAt });
  const signature = { kind: 'gpg' as const, body: gpg.sign(text, downgrade.fingerprint).toString('base64') };
  await addPermit(publisher, { releaseId, document: { text, signature } });
  const { jobId } = await createJob(publisher, order);
  const { body } = await getDb().outboxCommand.findFirstOrThrow({ where: { jobId } });
  const command = commandBodySchema.parse(body);
  expect(await agent.engine.handle(command)).toMatchObject({ code: 'OK' });
  expect(await agent.restarts).toContain(older.version);

  const failure = async (gateway: SimGateway, told: CommandBody) => {
    await gateway.engine.handle(told);
    return until(() => gateway.plant.server.reports.find((one) => one.event === 'fail'));
  };
  const other = await powerOn(running, older, keySet, 'another gateway');
  expect(await failure(other, command)).toMatchObject({
    errorCode: 'SIGNATURE_INVALID',
    message: expect.stringContaining('another gateway'),
  });
  const bare = await powerOn(running, older, keySet, gatewayId);
  const without = await failure(bare, commandBodySchema.parse({ ...command, downgradePermit: undefined }));
  expect(without).toMatchObject({ errorCode: 'SIGNATURE_INVALID', message: expect.stringContaining('no release key has permitted') });
});

async function* bytes(image: Uint8Array) {
  yield image;
}
