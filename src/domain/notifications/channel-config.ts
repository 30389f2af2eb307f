/** What a channel is told at its making; secrets travel apart from it and are sealed at rest. */
import { z } from 'zod';

export const CHANNEL_TYPES = ['webhook', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

export const webhookConfigSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'Give an address that begins with https:// or http://' }).max(2000),
});

export const emailConfigSchema = z.strictObject({
  to: z.array(z.email('This is not an e-mail address').max(254)).min(1, 'Give at least one address').max(20),
  from: z.email('This is not an e-mail address').max(254),
  /** Null: the mail server of the installation (SMTP_URL). */
  server: z
    .strictObject({
      host: z.string().trim().min(1, 'Give the mail server').max(253),
      port: z.number().int().min(1).max(65_535),
      /** TLS from the first byte; otherwise STARTTLS when the server offers it. */
      secure: z.boolean(),
      user: z.string().max(254).nullable(),
    })
    .nullable(),
});

export type WebhookConfig = z.infer<typeof webhookConfigSchema>;
export type EmailConfig = z.infer<typeof emailConfigSchema>;
