/** What a gateway says of itself after a connect, compared with what is expected of it (architecture: Truth about a device). */
import { FINAL_STATES, type JobState } from '#/domain/jobs/job-machine';
import { operationOf, switchesSlot } from '#/domain/jobs/operations';
import type { DurableBody, ReleaseKeysReport, SlotReport } from '#/protocol/mqtt/events';
import type { Actor } from '#/server/access/actor';
import { recordAudit } from '#/server/audit/record-audit';
import type { Tx } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { refreshGatewayStatus } from '#/server/jobs/gateway-status';
import { moveJob } from '#/server/jobs/move-job';
import type { IngestGateway } from './apply-job-report';

const MAX_INT = 2_147_483_647;
/** Far beyond any honest count, and far from where numbers lose their last digit. */
const MAX_COMMAND_SEQ = 2 ** 50;

type Hello = Extract<DurableBody, { type: 'hello' }>;

/** Of a hello, or since the last one. */
export async function writePins(tx: Tx, gatewayId: string, report: ReleaseKeysReport, at: Date): Promise<void> {
  const { version, fingerprints, floorVersion } = report;
  const data = { version: Math.min(MAX_INT, version), fingerprints, floorVersion, reportedAt: at };
  await tx.gatewayPins.upsert({ where: { gatewayId }, create: { gatewayId, ...data }, update: data });
}

export async function applyHello(tx: Tx, actor: Actor, gateway: IngestGateway, hello: Hello, at: Date): Promise<void> {
  const before = await tx.gateway.findUniqueOrThrow({
    where: { id: gateway.id },
    select: { agentVersion: true, bootId: true, activeSlot: true, activeVersion: true },
  });
  await writeSlots(tx, gateway.id, hello.activeSlot, hello.slots);
  await tx.gateway.update({
    where: { id: gateway.id },
    data: {
      agentVersion: hello.agentVersion,
      osVersion: hello.osVersion,
      kernel: hello.kernel,
      bootloader: hello.bootloader,
      model: hello.model,
      hardwareRevision: hello.hardwareRevision,
      bootId: hello.bootId,
      bootedAt: new Date(hello.bootedAt),
      rollbackCount: Math.min(MAX_INT, hello.rollbackCount),
      restoresFiles: hello.restoresFiles ?? false,
      // Another agent may know more of the site's policy than the former one took, or less.
      ...(before.agentVersion !== null && before.agentVersion !== hello.agentVersion ? { policyRetryAt: at, policyRefusals: 0 } : {}),
    },
  });
  // A restored database would give numbers that the agent has answered already and refuses as replays.
  await tx.$executeRaw`
    UPDATE "Gateway" SET "lastCommandSeq" = GREATEST("lastCommandSeq", ${Math.min(hello.lastCommandSeq, MAX_COMMAND_SEQ)}) WHERE id = ${gateway.id}::uuid`;
  // A hello proves a session: what was sent before may be lost, so everything unanswered is sent again now.
  await tx.$executeRaw`UPDATE "OutboxCommand" SET "sentAt" = 'epoch' WHERE "gatewayId" = ${gateway.id}::uuid AND "answeredAt" IS NULL AND "sentAt" IS NOT NULL`;
  await hint(tx, { kind: 'outbox', gatewayId: gateway.id });
  if (hello.releaseKeys) await writePins(tx, gateway.id, hello.releaseKeys, at);
  const rebooted = before.bootId !== hello.bootId;
  const explained = await reconcileJobs(tx, actor, gateway, hello, at);
  if (rebooted && !explained && before.activeSlot !== null && before.activeSlot !== hello.activeSlot) {
    const bootedVersion = versionOf(hello);
    await recordAudit(tx, actor, {
      name: 'gateway.fell_back',
      objectType: 'gateway',
      objectId: gateway.id,
      siteId: gateway.siteId,
      data: { expectedVersion: before.activeVersion, bootedVersion },
    });
  }
  await refreshGatewayStatus(tx, gateway.id);
  await hint(tx, { kind: 'gateway', gatewayId: gateway.id, siteId: gateway.siteId });
}

/** Slots as reported; also for the `slots` event. */
export async function writeSlots(tx: Tx, gatewayId: string, activeSlot: string, slots: readonly SlotReport[]): Promise<void> {
  for (const { id, sizeBytes, usedBytes, bootCount, ...slot } of slots) {
    const data = { ...slot, bootCount: Math.min(MAX_INT, bootCount), sizeBytes: BigInt(sizeBytes), usedBytes: BigInt(usedBytes) };
    await tx.slot.upsert({ where: { gatewayId_id: { gatewayId, id } }, create: { gatewayId, id, ...data }, update: data });
  }
  const activeVersion = slots.find((slot) => slot.id === activeSlot)?.version ?? null;
  await tx.gateway.update({ where: { id: gatewayId }, data: { activeSlot, activeVersion } });
}

/** True when a job accounts for what is booted. */
async function reconcileJobs(tx: Tx, actor: Actor, gateway: IngestGateway, hello: Hello, at: Date): Promise<boolean> {
  const jobs = await tx.job.findMany({ where: { gatewayId: gateway.id, finishedAt: null } });
  let explained = false;
  for (const job of jobs) {
    const state = job.state as JobState;
    const switched = (state === 'boot_pending' || state === 'booted_unconfirmed') && switchesSlot(operationOf(job.operation));
    if (switched) {
      explained = true;
      if (hello.activeSlot !== job.targetSlot && job.bootIdBefore !== null && hello.bootId !== job.bootIdBefore) {
        const message = `the gateway booted partition ${hello.activeSlot} (${versionOf(hello) ?? 'unknown version'}) again instead of ${job.toVersion} on partition ${job.targetSlot}`;
        const details = { expectedVersion: job.toVersion, bootedVersion: versionOf(hello), bootId: hello.bootId };
        await moveJob(tx, actor, job, {
          event: 'roll_back',
          to: { state: 'rolled_back', heldState: null },
          at,
          message,
          errorCode: 'INVALID_UPDATE_FILE',
          details,
        });
        await recordAudit(tx, actor, {
          name: 'gateway.fell_back',
          objectType: 'gateway',
          objectId: gateway.id,
          siteId: gateway.siteId,
          data: { expectedVersion: job.toVersion, bootedVersion: versionOf(hello) },
        });
        continue;
      }
    }
    const known = hello.job?.jobId === job.id;
    // Reports come in order before the hello, so a job that the agent had accepted and does not know is lost there.
    if (
      !known &&
      state !== 'offered' &&
      job.reportSeq > 0n &&
      !FINAL_STATES.has(state) &&
      !(state === 'downloaded' && hello.job !== null)
    ) {
      await moveJob(tx, actor, job, {
        event: 'fail',
        to: { state: 'failed', heldState: null },
        at,
        message: 'the gateway no longer knows the job: its data was lost',
        errorCode: 'JOB_NOT_FOUND',
      });
    }
  }
  return explained;
}

function versionOf(hello: Hello): string | null {
  return hello.slots.find((slot) => slot.id === hello.activeSlot)?.version ?? null;
}
