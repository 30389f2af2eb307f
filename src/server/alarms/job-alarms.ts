/** What the end of a job, or a step that people wait for, means for alarms and news. In the transaction of the move. */
import { alarmKey } from '#/domain/alarms/alarm-kinds';
import type { JobEventName } from '#/domain/jobs/job-machine';
import { NEWS_SETTING, type NewsTopic } from '#/domain/notifications/topics';
import { getEnv } from '../config/env';
import type { Tx } from '../db/client';
import { writeDeliveries } from '../notifications/write-deliveries';
import { clearAlarm, raiseAlarm } from './raise-alarm';

type MovedJob = {
  id: string;
  gatewayId: string;
  siteId: string;
  operation: string;
  intent: string;
  toVersion: string;
  options: { rebootAfter: boolean };
};
type Moved = { event: JobEventName; message: string; at: Date };

/** One alarm per gateway, however many jobs fail in a row; a job that succeeds there clears it. */
export async function tellJobOutcome(tx: Tx, job: MovedJob, { event, message, at }: Moved): Promise<void> {
  const about = { subject: job.gatewayId, siteId: job.siteId, gatewayId: job.gatewayId, jobId: job.id, at };
  const what = job.operation === 'update' ? `to ${job.toVersion}` : `(${job.operation.replace('_', ' ')})`;
  const words = `${job.id} ${what}: ${message}`.slice(0, 1000);
  if (event === 'fail') await raiseAlarm(tx, { kind: 'job_failed', message: words, ...about });
  if (event === 'roll_back') await raiseAlarm(tx, { kind: 'job_rolled_back', message: words, ...about });
  if (event === 'confirm' || event === 'complete' || (event === 'finish_download' && job.intent === 'download')) {
    for (const kind of ['job_failed', 'job_rolled_back'] as const)
      await clearAlarm(tx, alarmKey(kind, job.gatewayId), `${job.id} has succeeded`, at);
  }
  const topic = newsOf(job, event);
  if (topic === null) return;
  await writeDeliveries(tx, {
    topic,
    siteId: job.siteId,
    gatewayId: job.gatewayId,
    priority: null,
    setting: NEWS_SETTING[topic],
    payload: {
      at: at.toISOString(),
      job: { id: job.id, version: job.toVersion, message, url: new URL(`/jobs/${job.id}`, getEnv().PUBLIC_URL).href },
    },
  });
}

function newsOf(job: MovedJob, event: JobEventName): NewsTopic | null {
  if (event === 'finish_download') return 'job.downloaded';
  if (event === 'confirm') return job.operation === 'update' ? 'job.installed' : null;
  return event === 'finish_write' && job.options.rebootAfter ? 'job.reboot_scheduled' : null;
}
