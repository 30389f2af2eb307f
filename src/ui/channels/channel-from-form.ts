/** A form's fields as the input of `channels.create`. Pure; the server checks everything. */
import { NEWS_TOPICS } from '#/domain/notifications/topics';
import type { RouterInputs } from '../trpc/client';

export type ChannelType = 'webhook' | 'email';

export function channelFromForm(type: ChannelType, form: FormData): RouterInputs['channels']['create'] {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const chosen = new Set(form.getAll('topic').map(String));
  const common = {
    name: text('name'),
    siteCode: text('site') || null,
    leastPriority: Number(text('leastPriority')),
    topics: NEWS_TOPICS.filter((topic) => chosen.has(topic)),
  };
  if (type === 'webhook') return { type, ...common, config: { url: text('url') }, secret: null };
  const to = text('to')
    .split(/[,;\s]+/)
    .filter(Boolean);
  const server =
    form.get('ownServer') === null
      ? null
      : { host: text('host'), port: Number(text('port')), secure: form.get('secure') !== null, user: text('user') || null };
  // A password is what it is: nothing is trimmed from it.
  return { type, ...common, config: { to, from: text('from'), server }, secret: String(form.get('password') ?? '') || null };
}
