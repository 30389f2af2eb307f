import { Age } from '../kit/age';
import { CodeLink } from '../kit/code-link';
import type { Column } from '../kit/data-table';
import { Badge, Mark } from '../kit/mark';
import { Time } from '../kit/time';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { boundWords } from './bound-words';
import { OverrideLink } from './override-link';
import { overrideWords, reasonWords } from './override-words';
import type { OverrideRow } from './register-csv';

export const REGISTER_COLUMNS: readonly Column<OverrideRow>[] = [
  { id: 'id', header: 'Override', cell: (row) => <OverrideLink id={row.id}>{row.id}</OverrideLink> },
  {
    id: 'state',
    header: 'State',
    cell: (row) => {
      const { label, priority } = overrideWords(row.state);
      return (
        <span className="inline-flex items-center gap-1.5 text-xs whitespace-nowrap">
          <Mark priority={priority}>{label}</Mark>
          {row.breakGlass && <Badge priority="p2">Break-glass</Badge>}
          {row.outcome && row.outcome !== row.state && (
            <span className="text-muted">({overrideWords(row.outcome).label.toLowerCase()})</span>
          )}
        </span>
      );
    },
  },
  {
    id: 'requested',
    header: 'Asked for',
    cell: (row) => (
      <span className="text-xs">
        <span className="max-sm:hidden">
          <Time at={row.requestedAt} zone={row.site.timezone} withDate />
        </span>
        <span className="sm:hidden">
          <Age at={row.requestedAt} suffix="ago" />
        </span>
      </span>
    ),
  },
  {
    id: 'gateway',
    header: 'Gateway',
    from: 'sm',
    cell: (row) => (
      <CodeLink href={`/gateways/${row.gateway.id}`} className="whitespace-nowrap">
        {row.gateway.name}
      </CodeLink>
    ),
  },
  {
    id: 'bounds',
    header: 'Relaxed to',
    from: 'md',
    cell: (row) => (
      <span className="tabular block max-w-64 truncate text-xs" title={boundsText(row)}>
        {boundsText(row)}
      </span>
    ),
  },
  {
    id: 'requester',
    header: 'Asked for by',
    from: 'lg',
    cell: (row) => <span className="text-xs whitespace-nowrap">{row.requester}</span>,
  },
  {
    id: 'approvers',
    header: 'Approved by',
    from: 'xl',
    cell: (row) => <Person name={row.approvers.join(', ') || '–'} />,
  },
  {
    id: 'reason',
    header: 'Reason',
    from: 'xl',
    cell: (row) => (
      <span className="block max-w-36 truncate text-xs 2xl:max-w-96" title={row.reason}>
        {reasonWords(row.reasonCode)}: {row.reason}
      </span>
    ),
  },
];

function Person({ name }: { name: string }) {
  return (
    <span className="block max-w-40 truncate text-xs" title={name}>
      {name}
    </span>
  );
}

function boundsText(row: OverrideRow): string {
  return row.bounds.map((one) => `${CONSTRAINT_WORDS[one.constraint]} ${boundWords(one)}`).join('; ');
}
