import { changePassword, changePasswordSchema } from '../../access/change-password';
import { procedure, router } from '../init';

export const accountRouter = router({
  /** The person's own password; every session of theirs ends. */
  changePassword: procedure('signed-in').input(changePasswordSchema).mutation(({ ctx, input }) => changePassword(ctx.actor, input)),
});
