import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { CodeLink } from '../kit/code-link';
import type { Column } from '../kit/data-table';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { isShelvable, isUnseen, kindWords, markOf, STATE_WORDS } from './alarm-words';

export type AlarmRow = RouterOutputs['alarms']['browse']['rows'][number];
/** A row as it stands in the table: members stand below their group. */
export type ShownAlarm = AlarmRow & { isMember: boolean };

export type AlarmHandlers = {
  isExpanded: (alarmId: string) => boolean;
  toggle: (alarmId: string) => void;
  open: (alarm: AlarmRow) => void;
  acknowledge: (alarm: AlarmRow) => void;
  shelve: (alarm: AlarmRow) => void;
  unshelve: (alarm: AlarmRow) => void;
  mayAcknowledge: (alarm: AlarmRow) => boolean;
  mayShelve: (alarm: AlarmRow) => boolean;
};

export function alarmColumns(on: AlarmHandlers): readonly Column<ShownAlarm>[] {
  return [
    { id: 'alarm', header: 'Alarm', cell: (row) => <AlarmCell row={row} on={on} /> },
    {
      id: 'state',
      header: 'State',
      width: '12rem',
      cell: (row) => (
        <span className={cx('text-xs md:whitespace-nowrap', isUnseen(row.state) ? 'font-semibold' : 'text-muted')}>
          {STATE_WORDS[row.state]}
          {row.state === 'shelved' && row.shelvedUntil && (
            <>
              {' '}
              until <Time at={row.shelvedUntil} zone={row.timezone} />
            </>
          )}
        </span>
      ),
    },
    {
      id: 'where',
      header: 'Where',
      from: 'md',
      cell: (row) =>
        row.gatewayId ? (
          <CodeLink href={`/gateways/${row.gatewayId}`} className="whitespace-nowrap">
            {row.gatewayName ?? row.gatewayId}
          </CodeLink>
        ) : (
          <span className="font-mono text-xs">{row.siteCode}</span>
        ),
    },
    {
      id: 'message',
      header: 'What happened',
      from: 'lg',
      cell: (row) => (
        <span className="block max-w-72 truncate text-xs text-muted" title={row.message}>
          {row.message}
        </span>
      ),
    },
    {
      id: 'raised',
      header: 'Raised',
      from: 'sm',
      width: '8rem',
      cell: (row) => (
        <span className="text-xs whitespace-nowrap">
          <Age at={row.lastRaisedAt} suffix="ago" />
          {row.occurrences > 1 && <span className="text-muted"> · {row.occurrences}×</span>}
        </span>
      ),
    },
    // A phone has no room for them: there they are in the detail.
    { id: 'actions', header: 'Actions', align: 'right', from: 'sm', cell: (row) => <RowActions row={row} on={on} /> },
  ];
}

/** The title opens the detail: j, k and Enter use it. */
function AlarmCell({ row, on }: { row: ShownAlarm; on: AlarmHandlers }) {
  return (
    <span className={cx('inline-flex items-center gap-2', row.isMember && 'pl-6')}>
      <button
        type="button"
        onClick={() => on.open(row)}
        className="inline-flex min-h-6 items-center gap-2 text-left text-sm underline-offset-2 hover:underline"
      >
        <Mark priority={markOf(row)} className="text-xs font-semibold">
          P{row.priority}
        </Mark>
        <span className={cx('sm:whitespace-nowrap', isUnseen(row.state) && 'font-semibold')}>
          {kindWords(row.kind).title}
          {/* Where the column for it is left out. */}
          <span className="block font-mono text-2xs font-normal text-muted md:hidden">{row.gatewayName ?? row.siteCode}</span>
        </span>
      </button>
      {row.members > 0 && (
        <button
          type="button"
          aria-expanded={on.isExpanded(row.id)}
          onClick={() => on.toggle(row.id)}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm border border-line-strong px-1.5 text-xs whitespace-nowrap hover:bg-hover"
        >
          <span aria-hidden>{on.isExpanded(row.id) ? '▾' : '▸'}</span>
          {row.membersPresent} of {row.members}
          <span className="max-sm:sr-only">away</span>
        </button>
      )}
    </span>
  );
}

function RowActions({ row, on }: { row: ShownAlarm; on: AlarmHandlers }) {
  const name = `${kindWords(row.kind).title} ${row.gatewayName ?? row.siteCode}`;
  return (
    <span className="inline-flex justify-end gap-1">
      {isUnseen(row.state) && on.mayAcknowledge(row) && (
        <Button className="px-2 py-0.5 text-xs" aria-label={`Acknowledge ${name}`} onClick={() => on.acknowledge(row)}>
          Acknowledge
        </Button>
      )}
      {isShelvable(row.state) && !row.isMember && on.mayShelve(row) && (
        <Button className="px-2 py-0.5 text-xs" variant="quiet" aria-label={`Shelve ${name}`} onClick={() => on.shelve(row)}>
          Shelve
        </Button>
      )}
      {row.state === 'shelved' && on.mayShelve(row) && (
        <Button className="px-2 py-0.5 text-xs" aria-label={`Unshelve ${name}`} onClick={() => on.unshelve(row)}>
          Unshelve
        </Button>
      )}
    </span>
  );
}
