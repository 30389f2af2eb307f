'use client';
import Link from 'next/link';
import { operationOf, switchesSlot } from '#/domain/jobs/operations';
import { waitsToBeKept } from '#/domain/jobs/undecided';
import { formatBytes, formatDuration } from '../clock/format';
import { CRANE_KIND_WORDS, NETWORK_WORDS, words } from '../gateways/gateway-words';
import { jobWords, keptWords, standingOf } from '../jobs/job-words';
import { LiveJobProgress } from '../jobs/live-progress';
import { Age } from '../kit/age';
import { CopyId } from '../kit/copy-id';
import { Facts } from '../kit/facts';
import { Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { Time } from '../kit/time';
import { HoldsPanel } from '../safety/holds-panel';
import { SignalsPanel } from '../safety/signals-panel';
import type { Gateway } from './gateway-header';
import { SlotsPanel } from './slots-panel';

/** Why not now and the signals behind it, beside the slots and what the gateway is. */
export function StatusTab({ gateway }: { gateway: Gateway }) {
  return (
    <div className="grid min-w-0 items-start gap-3 xl:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]">
      <div className="grid min-w-0 gap-3">
        {gateway.job && <RunningJob job={gateway.job} />}
        <HoldsPanel gateway={gateway} job={gateway.job} zone={gateway.site.timezone} />
        <SignalsPanel gatewayId={gateway.id} />
      </div>
      <div className="grid min-w-0 gap-3">
        <SlotsPanel gateway={gateway} />
        <VitalsNow gateway={gateway} />
        <About gateway={gateway} />
      </div>
    </div>
  );
}

function RunningJob({ job }: { job: NonNullable<Gateway['job']> }) {
  return (
    <Panel
      title="Job"
      aside={
        <Link
          prefetch={false}
          href={`/jobs/${job.id}`}
          className="inline-flex min-h-6 items-center font-mono underline-offset-2 hover:underline"
        >
          {job.id}
        </Link>
      }
    >
      <div className="flex flex-col gap-1.5">
        <span className="font-mono text-xs">
          {switchesSlot(operationOf(job.operation)) && <span className="text-muted">{job.fromVersion ?? '?'} → </span>}
          {job.toVersion}
        </span>
        {waitsToBeKept(job) ? <ToBeKept job={job} /> : <LiveJobProgress job={job} label={`Progress of ${job.id}`} />}
      </div>
    </Panel>
  );
}

/** Its version runs and was found healthy: what keeps the gateway from keeping it. */
function ToBeKept({ job }: { job: NonNullable<Gateway['job']> }) {
  const { label, priority } = jobWords(standingOf(job));
  return (
    <div className="text-sm">
      <Mark priority={priority} className="text-xs">
        {label}
      </Mark>
      <p>{keptWords(job)}. Kept as soon as nothing holds it any more:</p>
      <ul className="list-disc pl-5">
        {job.holds.map((hold) => (
          <li key={`${hold.kind} ${hold.constraint ?? ''}`}>
            {hold.message}
            {hold.clearsWhen && <span className="text-muted">; clears when {hold.clearsWhen}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

function VitalsNow({ gateway }: { gateway: Gateway }) {
  const { vitals } = gateway;
  const network = words(NETWORK_WORDS, gateway.networkStatus);
  return (
    <Panel title="Vitals" aside={<Age at={vitals?.sampledAt ?? null} staleAfterMs={90_000} />}>
      {vitals ? (
        <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
          <Figure label="CPU" value={`${vitals.cpuPercent.toFixed(0)} %`} />
          <Figure label="Memory" value={`${vitals.memoryPercent.toFixed(0)} %`} note={`${formatBytes(vitals.memoryFreeBytes)} free`} />
          <Figure label="Disk" value={`${vitals.diskPercent.toFixed(0)} %`} note={`${formatBytes(vitals.diskFreeBytes)} free`} />
          <Figure label="Temperature" value={vitals.temperatureC === null ? '–' : `${vitals.temperatureC.toFixed(0)} °C`} />
          <Figure label="Network" value={<Mark priority={network.priority}>{network.label}</Mark>} />
          <Figure label="Up for" value={formatDuration(vitals.uptimeSeconds * 1000)} />
        </dl>
      ) : (
        <p className="text-sm text-muted">No vitals yet. They come with the first report after the gateway connects.</p>
      )}
    </Panel>
  );
}

function Figure({ label, value, note }: { label: string; value: React.ReactNode; note?: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="tabular text-base font-medium whitespace-nowrap">{value}</dd>
      {note && <dd className="tabular text-xs whitespace-nowrap text-muted">{note}</dd>}
    </div>
  );
}

function About({ gateway }: { gateway: Gateway }) {
  const zone = gateway.site.timezone;
  const time = (at: Date | null) => (at ? <Time at={at} zone={zone} withDate /> : <span className="text-muted">not yet</span>);
  const kind = CRANE_KIND_WORDS[gateway.crane.kind as keyof typeof CRANE_KIND_WORDS] ?? gateway.crane.kind;
  return (
    <Panel title="About">
      <Facts
        facts={[
          { label: 'Crane', value: `${gateway.crane.name}, ${kind}` },
          { label: 'Model', value: `${gateway.model}, hardware ${gateway.hardwareRevision}` },
          { label: 'Serial number', value: <CopyId value={gateway.serialNumber} label="serial number" /> },
          { label: 'Gateway id', value: <CopyId value={gateway.id} shown={`${gateway.id.slice(0, 8)}…`} label="gateway id" /> },
          { label: 'System', value: gateway.osVersion ?? '–' },
          { label: 'Kernel', value: gateway.kernel ?? '–' },
          { label: 'Bootloader', value: gateway.bootloader ?? '–' },
          { label: 'Agent', value: gateway.agentVersion ?? '–' },
          { label: 'Booted', value: time(gateway.bootedAt) },
          { label: 'Last update', value: time(gateway.lastOtaAt) },
          { label: 'Fall-backs', value: gateway.rollbackCount },
          { label: 'Enrolled', value: time(gateway.enrolledAt) },
        ]}
      />
    </Panel>
  );
}
