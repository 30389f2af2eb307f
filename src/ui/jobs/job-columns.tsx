import { operationOf, switchesSlot } from '#/domain/jobs/operations';
import { Age } from '../kit/age';
import { CodeLink } from '../kit/code-link';
import { CopyId } from '../kit/copy-id';
import type { Column } from '../kit/data-table';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { isFinished, jobWords, operationWord, standingOf } from './job-words';
import { LiveJobProgress } from './live-progress';

export type JobRow = RouterOutputs['jobs']['browse']['rows'][number];

export const JOB_COLUMNS: readonly Column<JobRow>[] = [
  {
    id: 'id',
    header: 'Job',
    cell: (row) => (
      <span className="inline-flex items-center">
        <CodeLink href={`/jobs/${row.id}`} className="font-medium whitespace-nowrap">
          {/* A phone has no room for both; there the gateway says more. */}
          <span className="sm:hidden">{row.gatewayName}</span>
          <span className="max-sm:hidden">{row.id}</span>
        </CodeLink>
        <span className="max-md:hidden">
          <CopyId value={row.id} shown="" label="job id" />
        </span>
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: '20rem',
    cell: (row) => {
      const standing = standingOf(row);
      if (!isFinished(row.state) && standing === row.state && row.state !== 'waiting' && row.state !== 'paused')
        return <LiveJobProgress job={row} label={`Progress of ${row.id}`} />;
      const { label, priority } = jobWords(standing);
      const why = row.errorMessage ?? row.errorCode ?? row.heldBy;
      return (
        <span className="flex items-center gap-2">
          <Mark priority={priority} className="text-xs">
            {label}
          </Mark>
          {why && <span className="max-w-56 truncate text-xs text-muted max-md:hidden">{why}</span>}
        </span>
      );
    },
  },
  {
    id: 'gateway',
    header: 'Gateway',
    from: 'sm',
    cell: (row) => (
      <CodeLink href={`/gateways/${row.gatewayId}`} className="whitespace-nowrap">
        {row.gatewayName}
      </CodeLink>
    ),
  },
  {
    id: 'version',
    header: 'Version',
    from: 'md',
    cell: (row) => (
      <span className="font-mono text-xs whitespace-nowrap">
        {switchesSlot(operationOf(row.operation)) && <span className="text-muted">{row.fromVersion ?? '?'} → </span>}
        {row.toVersion}
      </span>
    ),
  },
  {
    id: 'type',
    header: 'Type',
    from: 'xl',
    cell: (row) => <span className="text-xs capitalize">{row.operation === 'update' ? row.intent : operationWord(row.operation)}</span>,
  },
  { id: 'by', header: 'Started by', from: 'lg', cell: (row) => <span className="text-xs">{row.initiatedBy}</span> },
  {
    id: 'created',
    header: 'Created',
    from: 'md',
    cell: (row) => (
      <span className="text-xs">
        <Time at={row.createdAt} zone={row.timezone} />
      </span>
    ),
  },
  {
    id: 'changed',
    header: 'Last change',
    from: 'lg',
    cell: (row) => (
      <span className="text-xs">
        <Age at={row.stateChangedAt} suffix="ago" />
      </span>
    ),
  },
];
