'use client';
import { formatBytes, formatDuration } from '../clock/format';
import { Age } from '../kit/age';
import { CodeLink } from '../kit/code-link';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { STRATEGY_WORDS } from '../settings/setting-words';
import type { Job } from './job-page';

/** Who ordered what, when, how, and for which gateway. */
export function JobFacts({ job }: { job: Job }) {
  const zone = job.gateway.site.timezone;
  const time = (at: Date | null) => (at ? <Time at={at} zone={zone} seconds withDate /> : <span className="text-muted">not yet</span>);
  const isUpdate = job.operation === 'update';
  const strategy = job.strategy ? (STRATEGY_WORDS[job.strategy as keyof typeof STRATEGY_WORDS]?.label ?? job.strategy) : 'download only';
  const { options, release } = job;
  return (
    <div className="grid min-w-0 gap-3">
      <Panel title="Gateway">
        <Facts
          facts={[
            {
              label: 'Gateway',
              value: <CodeLink href={`/gateways/${job.gateway.id}`}>{job.gateway.name}</CodeLink>,
            },
            { label: 'Crane', value: job.gateway.crane.name },
            { label: 'Runs now', value: <span className="font-mono text-xs">{job.gateway.activeVersion ?? 'unknown'}</span> },
            { label: 'Last seen', value: <Age at={job.gateway.lastSeenAt} staleAfterMs={90_000} suffix="ago" /> },
          ]}
        />
      </Panel>
      <Panel title="Order">
        <Facts
          facts={[
            { label: 'Job id', value: <CopyId value={job.id} label="job id" /> },
            { label: 'Started by', value: job.initiatedBy },
            { label: 'Strategy', value: strategy },
            { label: 'Created', value: time(job.createdAt) },
            { label: 'Started', value: time(job.startedAt) },
            ...(job.scheduledFor ? [{ label: 'Window', value: <Window job={job} /> }] : []),
            {
              label: 'Finished',
              value: job.finishedAt ? (
                <>
                  {time(job.finishedAt)}
                  {job.startedAt && (
                    <span className="text-muted"> after {formatDuration(job.finishedAt.getTime() - job.startedAt.getTime())}</span>
                  )}
                </>
              ) : (
                time(null)
              ),
            },
            ...(job.recovery ? [{ label: 'Reason', value: job.recovery.reason }] : []),
            ...(isUpdate ? updateFacts(options) : []),
            { label: 'Attempt', value: job.attempt },
          ]}
        />
      </Panel>
      <Panel title={isUpdate ? 'Release' : 'Version'}>
        <Facts
          facts={[
            { label: 'Version', value: <span className="font-mono text-xs">{job.toVersion}</span> },
            ...(release ? [{ label: 'Type', value: `${release.type}, severity ${release.severity}` }] : []),
            ...(job.bytesTotal > 0 ? [{ label: isUpdate ? 'Size' : 'Size, about', value: sizeText(job) }] : []),
            ...(job.transfer ? [{ label: 'Fetched', value: transferText(job.transfer) }] : []),
            ...(job.sha256
              ? [{ label: 'SHA-256', value: <CopyId value={job.sha256} shown={job.sha256.slice(0, 16)} label="SHA-256" /> }]
              : []),
          ]}
        />
        {release && release.changelog.length > 0 && (
          <ul className="mt-2 list-disc border-t border-line pt-2 pl-5 text-sm">
            {release.changelog.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

function Window({ job }: { job: Job }) {
  const zone = job.gateway.site.timezone;
  if (!job.scheduledFor) return null;
  return (
    <>
      <Time at={job.scheduledFor} zone={zone} withDate withCity />
      {job.windowEndsAt && (
        <>
          {' to '}
          <Time at={job.windowEndsAt} zone={zone} />
        </>
      )}
    </>
  );
}

/** How an update is to end. Operations of recovery always restart and prove health, or need neither. */
function updateFacts(options: Job['options']) {
  return [
    {
      label: 'Reboot',
      value: options.rebootAfter
        ? options.rebootDelaySeconds > 0
          ? `after a delay of ${formatDuration(options.rebootDelaySeconds * 1000)}`
          : 'as soon as the interlocks allow it'
        : 'not ordered',
    },
    { label: 'Health', value: options.autoRollback ? 'is proved, or it falls back by itself' : 'is proved, or a person decides' },
  ];
}

function sizeText({ bytesTotal, unpacked }: Job): string {
  const size = formatBytes(bytesTotal);
  return unpacked ? `${size}, ${unpacked.compression}, ${formatBytes(unpacked.sizeBytes)} uncompressed` : size;
}

function transferText({ mode, bytesFetched, reusedBytes, slots }: NonNullable<Job['transfer']>): string {
  const fetched = formatBytes(bytesFetched);
  if (mode === 'full') return `${fetched}, the whole image`;
  if (reusedBytes === 0) return `${fetched}, nothing to reuse`;
  const how = mode === 'patch' ? 'by a patch from' : 'reused from';
  return `${fetched}; ${formatBytes(reusedBytes)} ${how} ${slots.length > 1 ? 'slots' : 'slot'} ${slots.join(' and ')}`;
}
