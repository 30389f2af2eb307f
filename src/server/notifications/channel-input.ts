/** What a person enters about a channel; the secret apart from the rest. */
import { z } from 'zod';
import { emailConfigSchema, webhookConfigSchema } from '#/domain/notifications/channel-config';
import { NEWS_TOPICS } from '#/domain/notifications/topics';

const common = {
  name: z.string().trim().min(1, 'Give the channel a name').max(80),
  /** Null: every site. */
  siteCode: z.string().max(16).nullable(),
  leastPriority: z.number().int().min(1).max(3),
  topics: z.array(z.enum(NEWS_TOPICS)).max(NEWS_TOPICS.length),
};

export const createChannelSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('webhook'),
    ...common,
    config: webhookConfigSchema,
    /** Null: one is made. */
    secret: z.string().min(16, 'Use at least 16 characters').max(200).nullable(),
  }),
  z.object({ type: z.literal('email'), ...common, config: emailConfigSchema, secret: z.string().max(500).nullable() }),
]);
export type ChannelInput = z.infer<typeof createChannelSchema>;

export const changeChannelSchema = z.object({
  channelId: z.uuid(),
  enabled: z.boolean().optional(),
  leastPriority: common.leastPriority.optional(),
  topics: common.topics.optional(),
});
