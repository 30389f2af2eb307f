import { z } from 'zod';
import { changePassword, changePasswordSchema } from '../../access/change-password';
import { createToken, createTokenSchema } from '../../access/create-token';
import { listTokens } from '../../access/list-tokens';
import { allowPinRebind, disablePin, personSchema } from '../../access/manage-pin';
import { revokeToken } from '../../access/revoke-token';
import { changePin, changePinSchema, pinStatus, setPin, setPinSchema } from '../../access/set-pin';
import { procedure, router } from '../init';

export const accountRouter = router({
  /** The person's own password; every session of theirs ends. */
  changePassword: procedure('signed-in')
    .input(changePasswordSchema)
    .mutation(({ ctx, input }) => changePassword(ctx.actor, input)),
  /** The state of the person's own PIN. */
  pin: procedure('signed-in').query(({ ctx }) => pinStatus(ctx.actor)),
  /** The first PIN, or a new one that an administrator has allowed. */
  setPin: procedure('signed-in')
    .input(setPinSchema)
    .mutation(({ ctx, input }) => setPin(ctx.actor, input)),
  changePin: procedure('signed-in')
    .input(changePinSchema)
    .mutation(({ ctx, input }) => changePin(ctx.actor, input)),
  /** An administrator lets a person set a new PIN; the old one is void from then on. */
  allowPinRebind: procedure('user.manage')
    .input(personSchema)
    .mutation(({ ctx, input }) => allowPinRebind(ctx.actor, input.email)),
  disablePin: procedure('user.manage')
    .input(personSchema)
    .mutation(({ ctx, input }) => disablePin(ctx.actor, input.email)),
  /** The person's own API tokens, newest first. */
  tokens: procedure('token.own').query(({ ctx }) => listTokens(ctx.actor)),
  /** Creates a token; the answer is the only place where it can be read. */
  createToken: procedure('token.own')
    .input(createTokenSchema)
    .mutation(({ ctx, input }) => createToken(ctx.actor, input)),
  revokeToken: procedure('token.own')
    .input(z.object({ tokenId: z.uuid() }))
    .mutation(({ ctx, input }) => revokeToken(ctx.actor, input.tokenId)),
});
