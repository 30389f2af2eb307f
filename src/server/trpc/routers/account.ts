import { z } from 'zod';
import { changePassword, changePasswordSchema } from '../../access/change-password';
import { createToken, createTokenSchema } from '../../access/create-token';
import { listTokens } from '../../access/list-tokens';
import { revokeToken } from '../../access/revoke-token';
import { procedure, router } from '../init';

export const accountRouter = router({
  /** The person's own password; every session of theirs ends. */
  changePassword: procedure('signed-in')
    .input(changePasswordSchema)
    .mutation(({ ctx, input }) => changePassword(ctx.actor, input)),
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
