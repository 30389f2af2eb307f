/** What is said of the snapshots: the whole list, after every change and after every connect. */
import type { DurableBody } from '#/protocol/mqtt/events';
import { snapshotReportSchema } from '#/protocol/mqtt/recovery';
import type { RecoveryImage } from './recovery-image';
import type { SnapshotStore } from './snapshot-store';

export function snapshotsEvent(snapshots: Pick<SnapshotStore, 'list'>, recoveryImage: RecoveryImage): DurableBody {
  // Newest last; the schema takes out what is the agent's own business.
  return { type: 'snapshots', snapshots: snapshots.list().map((record) => snapshotReportSchema.parse(record)), recoveryImage };
}
