import { addListSchema, addRevocationList } from '../../trust/add-revocation-list';
import { addKey, addKeySchema, endKeySchema, retireKey, revokeKey } from '../../trust/change-keys';
import { listTrust } from '../../trust/list-trust';
import { rotatePins, rotatePinsSchema } from '../../trust/rotate-pins';
import { planRotation } from '../../trust/rotation-plan';
import { LOOK_MS, procedure, router } from '../init';

export const trustRouter = router({
  list: procedure('trust.read').query(({ ctx }) => listTrust(ctx.actor)),
  addKey: procedure('trust.manage')
    .input(addKeySchema)
    .mutation(({ ctx, input }) => addKey(ctx.actor, input)),
  retire: procedure('trust.manage')
    .input(endKeySchema)
    .mutation(({ ctx, input }) => retireKey(ctx.actor, input)),
  revoke: procedure('trust.manage')
    .input(endKeySchema)
    .mutation(({ ctx, input }) => revokeKey(ctx.actor, input)),
  addList: procedure('trust.manage', LOOK_MS)
    .input(addListSchema)
    .mutation(({ ctx, input }) => addRevocationList(ctx.actor, input)),
  /** The text that a release key must sign before `rotate` takes it, and who believes it. */
  keySet: procedure('trust.manage').query(({ ctx }) => planRotation(ctx.actor)),
  rotate: procedure('trust.manage')
    .input(rotatePinsSchema)
    .mutation(({ ctx, input }) => rotatePins(ctx.actor, input)),
});
