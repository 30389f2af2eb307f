/** Subject and text of an e-mail. Pure. */
import { z } from 'zod';
import { TOPIC_WORDS, type Topic } from '#/domain/notifications/topics';
import type { OutgoingMessage } from './sending';

const payloadSchema = z.object({
  at: z.string().optional(),
  message: z.string().optional(),
  site: z.object({ code: z.string(), name: z.string() }).nullish(),
  gateway: z.object({ name: z.string() }).nullish(),
  alarm: z
    .object({ priority: z.string(), title: z.string(), message: z.string(), response: z.string(), raised_at: z.string(), url: z.string() })
    .optional(),
  job: z.object({ id: z.string(), version: z.string(), message: z.string(), url: z.string() }).optional(),
});

export function wordsOf({ topic, payload, createdAt }: Pick<OutgoingMessage, 'topic' | 'payload' | 'createdAt'>): {
  subject: string;
  text: string;
} {
  const { alarm, job, site, gateway, message } = payloadSchema.parse(payload);
  const what = TOPIC_WORDS[topic as Topic] ?? topic;
  const where = gateway?.name ?? site?.name ?? null;
  const subject = [alarm ? `${alarm.priority} ${what}` : what, alarm?.title ?? job?.version, where].filter(Boolean).join(' · ');
  const isOver = topic === 'alarm.cleared';
  const lines = [
    isOver ? `No longer: ${alarm?.message ?? what}` : (alarm?.message ?? job?.message ?? message ?? what),
    '',
    site ? `Site: ${site.name} (${site.code})` : null,
    gateway ? `Gateway: ${gateway.name}` : null,
    job ? `Job: ${job.id}` : null,
    `${isOver ? 'Raised' : 'Time'}: ${alarm?.raised_at ?? createdAt.toISOString()} (UTC)`,
    isOver ? `Gone: ${createdAt.toISOString()} (UTC)` : null,
    alarm && !isOver ? `What to do: ${alarm.response}` : null,
    alarm?.url ?? job?.url ?? null,
  ];
  // A subject is one line, whatever a name holds.
  return { subject: subject.replace(/\s+/g, ' ').slice(0, 200), text: lines.filter((line) => line !== null).join('\n') };
}
