'use client';
/** The alarm list (ISA-18.2): what needs someone, most urgent first. */
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import { useCan } from '../access/access';
import { Button, buttonClass } from '../kit/button';
import { ListSection } from '../kit/list-section';
import { PageHeader } from '../kit/page-header';
import { EmptyState } from '../kit/states';
import { type AlarmRow, alarmColumns } from './alarm-columns';
import { AlarmDrawer } from './alarm-drawer';
import { AlarmFilters } from './alarm-filters';
import { type AlarmListState, alarmListParsers } from './alarm-list-state';
import { isShelvable, isUnseen } from './alarm-words';
import { ShelveDialog } from './shelve-dialog';
import { useAlarmActions } from './use-alarm-actions';
import { useAlarmKeys } from './use-alarm-keys';
import { useAlarmRows } from './use-alarm-rows';

/** As many as one call takes. */
const MOST_AT_ONCE = 200;

export function AlarmList() {
  const can = useCan();
  const [state, setState] = useQueryStates(alarmListParsers, { history: 'replace' });
  const { query, rows, opened, toggle, isExpanded } = useAlarmRows(state);
  const { acknowledge, unshelve } = useAlarmActions();
  const [shelving, setShelving] = useState<AlarmRow | null>(null);
  const handlers = {
    isExpanded,
    toggle,
    open: (alarm: AlarmRow) => void setState({ alarm: alarm.id }),
    acknowledge: (alarm: AlarmRow) => acknowledge.mutate({ alarmIds: [alarm.id] }),
    shelve: setShelving,
    unshelve: (alarm: AlarmRow) => unshelve.mutate({ alarmId: alarm.id }),
    mayAcknowledge: (alarm: AlarmRow) => can('alarm.acknowledge', alarm.siteId),
    mayShelve: (alarm: AlarmRow) => can('alarm.shelve', alarm.siteId),
  };
  useAlarmKeys((key, index) => {
    const row = rows[index];
    if (row && key === 'a' && isUnseen(row.state) && handlers.mayAcknowledge(row)) handlers.acknowledge(row);
    if (row && key === 's' && isShelvable(row.state) && !row.isMember && handlers.mayShelve(row)) setShelving(row);
  });
  const unseen = rows.filter((row) => !row.isMember && isUnseen(row.state) && handlers.mayAcknowledge(row)).slice(0, MOST_AT_ONCE);
  const onFilter = useCallback((next: Partial<AlarmListState>) => void setState(next), [setState]);
  return (
    <>
      <PageHeader
        title="Alarms"
        lead="What needs someone. Acknowledging says that you have seen it; an alarm ends when its condition is gone."
        actions={
          <>
            {can('channel.manage', null) && (
              <Link href="/settings/channels" className={buttonClass('secondary')}>
                Notification channels
              </Link>
            )}
            <Button
              disabled={unseen.length === 0}
              busy={acknowledge.isPending}
              onClick={() => acknowledge.mutate({ alarmIds: unseen.map(({ id }) => id) })}
            >
              Acknowledge all shown ({unseen.length})
            </Button>
          </>
        }
      />
      <AlarmFilters state={state} onChange={onFilter} />
      <ListSection
        label="Alarms"
        query={query}
        columns={alarmColumns(handlers)}
        rowKey={(row) => row.id}
        loading="Loading alarms"
        failed="The alarms could not be read"
        empty={<NoAlarms state={state} onClear={() => void setState(null)} />}
        rows={rows}
      />
      <AlarmDrawer alarm={opened} handlers={handlers} onClose={() => void setState({ alarm: null })} />
      <ShelveDialog alarm={shelving} onClose={() => setShelving(null)} />
    </>
  );
}

function NoAlarms({ state, onClear }: { state: AlarmListState; onClear: () => void }) {
  if (state.view === 'open' && state.site === null && state.priority === null)
    return <EmptyState title="No alarm">Nothing needs anyone now. What is over is under “Over”.</EmptyState>;
  return (
    <EmptyState title="No alarm matches" action={<Button onClick={onClear}>Show all that is open</Button>}>
      Choose another state, priority or site.
    </EmptyState>
  );
}
