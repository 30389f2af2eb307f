import Link from 'next/link';
import { jobWords, standingOf } from '../jobs/job-words';
import { Age } from '../kit/age';
import { CodeLink } from '../kit/code-link';
import { CopyId } from '../kit/copy-id';
import type { Column } from '../kit/data-table';
import { Mark } from '../kit/mark';
import type { RouterOutputs } from '../trpc/client';
import { NETWORK_WORDS, STATUS_WORDS, words } from './gateway-words';

export type GatewayRow = RouterOutputs['gateways']['browse']['rows'][number];

/** A gateway that has not been heard of for this long is shown hatched. */
const STALE_AFTER_MS = 90_000;

export const GATEWAY_COLUMNS: readonly Column<GatewayRow>[] = [
  {
    id: 'name',
    header: 'Gateway',
    sortable: true,
    cell: (row) => (
      <CodeLink href={`/gateways/${row.id}`} className="font-medium">
        {row.name}
      </CodeLink>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    sortable: true,
    cell: (row) => {
      const { label, priority } = words(STATUS_WORDS, row.status);
      return <Mark priority={priority}>{label}</Mark>;
    },
  },
  {
    id: 'version',
    header: 'Version',
    sortable: true,
    cell: (row) => (
      <span className="font-mono text-xs whitespace-nowrap">
        {row.activeVersion ?? <span className="text-muted">unknown</span>}
        {row.jobToVersion && row.jobToVersion !== row.activeVersion && <span className="text-info"> → {row.jobToVersion}</span>}
      </span>
    ),
  },
  {
    id: 'job',
    header: 'Job',
    from: 'md',
    cell: (row) => {
      if (!row.jobId || !row.jobState) return <span className="text-muted">–</span>;
      const { label, priority } = jobWords(standingOf({ state: row.jobState, waitingFor: row.jobWaitingFor }));
      return (
        <Link
          prefetch={false}
          href={`/jobs/${row.jobId}`}
          className="inline-flex min-h-6 items-center text-xs underline-offset-2 hover:underline"
        >
          <Mark priority={priority}>
            {label}
            {row.jobState === 'downloading' && row.jobPercent !== null && ` ${row.jobPercent.toFixed(0)} %`}
          </Mark>
        </Link>
      );
    },
  },
  {
    id: 'safety',
    header: 'Reboot',
    from: 'lg',
    cell: (row) =>
      row.status === 'offline' ? (
        <span className="hatched px-1 text-xs text-muted">not known</span>
      ) : (
        // A crane at work blocks a reboot: that is normal, so it has no colour.
        <span className={row.safetyBlocked ? 'text-xs' : 'text-xs text-muted'}>
          <span aria-hidden>{row.safetyBlocked ? '⊘ ' : ''}</span>
          {row.safetyBlocked ? 'Blocked' : 'Possible'}
        </span>
      ),
  },
  {
    id: 'site',
    header: 'Site',
    sortable: true,
    from: 'lg',
    cell: (row) => <span className="text-xs whitespace-nowrap">{row.siteName}</span>,
  },
  {
    id: 'crane',
    header: 'Crane',
    from: 'lg',
    cell: (row) => (
      <span className="font-mono text-xs whitespace-nowrap">
        {row.block && <span className="text-muted">{row.block} ▸ </span>}
        {row.crane}
        <span className="text-muted uppercase"> {row.kind}</span>
      </span>
    ),
  },
  {
    id: 'hardware',
    header: 'Hardware',
    sortable: true,
    from: 'xl',
    cell: (row) => <span className="text-xs whitespace-nowrap">{row.hardwareRevision}</span>,
  },
  {
    id: 'network',
    header: 'Network',
    sortable: true,
    from: 'xl',
    cell: (row) => {
      const { label, priority } = words(NETWORK_WORDS, row.networkStatus);
      return (
        <Mark priority={priority} className="text-xs">
          {label}
        </Mark>
      );
    },
  },
  {
    id: 'lastSeen',
    header: 'Last seen',
    sortable: true,
    from: 'md',
    cell: (row) => (
      <span className="text-xs">
        <Age at={row.lastSeenAt} staleAfterMs={STALE_AFTER_MS} suffix="ago" />
      </span>
    ),
  },
  { id: 'serial', header: 'Serial number', from: 'xl', cell: (row) => <CopyId value={row.serialNumber} label="serial number" /> },
];
