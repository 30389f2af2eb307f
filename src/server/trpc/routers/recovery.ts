import { z } from 'zod';
import { approveRecovery, approveRecoverySchema } from '../../recovery/approve-recovery';
import { browseBundles, browseBundlesSchema, viewBundle } from '../../recovery/browse-bundles';
import { browseSnapshots, browseSnapshotsSchema } from '../../recovery/browse-snapshots';
import { createSnapshot, createSnapshotSchema } from '../../recovery/create-snapshot';
import { deleteSnapshot } from '../../recovery/delete-snapshot';
import { deleteBundle } from '../../recovery/end-bundle';
import { planRecovery, planRecoverySchema } from '../../recovery/plan-recovery';
import { readRecovery } from '../../recovery/read-recovery';
import { requestBundle, requestBundleSchema } from '../../recovery/request-bundle';
import {
  resetFromScreen,
  resetFromScreenSchema,
  restoreFromScreen,
  restoreFromScreenSchema,
  rollBackFromScreen,
  rollBackFromScreenSchema,
} from '../../recovery/start-from-screen';
import { procedure, router } from '../init';

export const recoveryRouter = router({
  /** Slots, recovery image, snapshots on the gateway, the site's rules, and what one may do. */
  overview: procedure('gateway.read')
    .input(z.object({ gatewayId: z.uuid() }))
    .query(({ ctx, input }) => readRecovery(ctx.actor, input.gatewayId)),
  /** Newest first; use as an infinite query. */
  snapshots: procedure('gateway.read')
    .input(browseSnapshotsSchema)
    .query(({ ctx, input }) => browseSnapshots(ctx.actor, input)),
  /** What it would do, and what would hold it now. The use-case asks for the right of the operation. */
  plan: procedure('gateway.read')
    .input(planRecoverySchema)
    .query(({ ctx, input }) => planRecovery(ctx.actor, input)),
  createSnapshot: procedure('snapshot.create')
    .input(createSnapshotSchema)
    .mutation(({ ctx, input }) => createSnapshot(ctx.actor, input)),
  deleteSnapshot: procedure('recovery.restore')
    .input(z.object({ snapshotId: z.string().min(1).max(40) }))
    .mutation(({ ctx, input }) => deleteSnapshot(ctx.actor, input)),
  /** These restart the gateway and need the crane's id typed. */
  rollback: procedure('recovery.rollback')
    .input(rollBackFromScreenSchema)
    .mutation(({ ctx, input }) => rollBackFromScreen(ctx.actor, input)),
  restore: procedure('recovery.restore')
    .input(restoreFromScreenSchema)
    .mutation(({ ctx, input }) => restoreFromScreen(ctx.actor, input)),
  factoryReset: procedure('recovery.factory_reset')
    .input(resetFromScreenSchema)
    .mutation(({ ctx, input }) => resetFromScreen(ctx.actor, input)),
  /** As the second person, where the site's policy asks for one; with own PIN. */
  approve: procedure('recovery.restore')
    .input(approveRecoverySchema)
    .mutation(({ ctx, input }) => approveRecovery(ctx.actor, input)),
  /** Newest first; use as an infinite query. */
  bundles: procedure('bundle.create')
    .input(browseBundlesSchema)
    .query(({ ctx, input }) => browseBundles(ctx.actor, input)),
  requestBundle: procedure('bundle.create')
    .input(requestBundleSchema)
    .mutation(async ({ ctx, input }) => viewBundle(await requestBundle(ctx.actor, input))),
  deleteBundle: procedure('bundle.read')
    .input(z.object({ bundleId: z.string().min(1).max(40) }))
    .mutation(({ ctx, input }) => deleteBundle(ctx.actor, input)),
});
