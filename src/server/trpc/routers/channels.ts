import { z } from 'zod';
import { changeChannel, deleteChannel, testChannel } from '../../notifications/change-channel';
import { changeChannelSchema, createChannelSchema } from '../../notifications/channel-input';
import { createChannel } from '../../notifications/create-channel';
import { browseDeliveries, browseDeliveriesSchema, listChannels } from '../../notifications/list-channels';
import { procedure, router } from '../init';

const oneChannel = z.object({ channelId: z.uuid() });

export const channelsRouter = router({
  list: procedure('channel.manage').query(({ ctx }) => listChannels(ctx.actor)),
  /** The answer is the only place where a made secret can be read. */
  create: procedure('channel.manage')
    .input(createChannelSchema)
    .mutation(({ ctx, input }) => createChannel(ctx.actor, input)),
  change: procedure('channel.manage')
    .input(changeChannelSchema)
    .mutation(({ ctx, input }) => changeChannel(ctx.actor, input)),
  remove: procedure('channel.manage')
    .input(oneChannel)
    .mutation(({ ctx, input }) => deleteChannel(ctx.actor, input.channelId)),
  /** Asks for a test message; the log tells what came of it. */
  test: procedure('channel.manage')
    .input(oneChannel)
    .mutation(({ ctx, input }) => testChannel(ctx.actor, input.channelId)),
  /** The delivery log; use as an infinite query. */
  deliveries: procedure('channel.manage')
    .input(browseDeliveriesSchema)
    .query(({ ctx, input }) => browseDeliveries(ctx.actor, input)),
});
