import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import { withGatewayLocked } from '../jobs/order-job';
import { recoveryOfJob } from '../jobs/recovery-order';
import { findSnapshot } from './find-snapshot';
import { KEPT_SNAPSHOTS, removeSnapshots } from './snapshot-rows';

/** Removes one from its gateway: at once here, and there when the order arrives. What a job still needs stays (OTA_014). */
export async function deleteSnapshot(actor: Actor, input: { snapshotId: string; gatewayId?: string }): Promise<{ snapshotId: string }> {
  const seen = await findSnapshot(actor, input, 'recovery.restore');
  return withGatewayLocked(seen.gatewayId, async (tx) => {
    const row = await findSnapshot(actor, input, 'recovery.restore', tx);
    const jobs = await tx.job.findMany({ where: { gatewayId: row.gatewayId, finishedAt: null }, select: { id: true, recovery: true } });
    const needing = jobs.find((job) => job.id === row.jobId || restores(job, row.id));
    if (needing) {
      throw new DomainError('SYSTEM_BUSY', `Job ${needing.id} needs this snapshot.`, { job_id: needing.id, snapshot_id: row.id }, [
        'Wait until it has finished',
        'Cancel the job',
      ]);
    }
    if (!KEPT_SNAPSHOTS.includes(row.state)) {
      throw new DomainError('CONFLICT', `The snapshot is ${row.state}: there is nothing on the gateway to remove.`, {
        snapshot_id: row.id,
        state: row.state,
      });
    }
    await removeSnapshots(tx, actor, { id: row.gatewayId, siteId: row.siteId }, [row], `${actor.name} deleted it`);
    return { snapshotId: row.id };
  });
}

function restores(job: { recovery: unknown }, snapshotId: string): boolean {
  const order = recoveryOfJob(job)?.order;
  return (order?.operation === 'restore' || order?.operation === 'restore_files') && order.snapshotId === snapshotId;
}
