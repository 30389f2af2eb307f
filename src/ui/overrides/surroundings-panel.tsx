'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { jobWords } from '../jobs/job-words';
import { Facts } from '../kit/facts';
import { Badge, Mark } from '../kit/mark';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Time } from '../kit/time';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OverrideLink } from './override-link';
import { overrideWords } from './override-words';

type Surroundings = RouterOutputs['overrides']['surroundings'];
const LINK = 'inline-flex min-h-6 items-center font-mono text-xs underline-offset-2 hover:underline';
const POLL_MS = 10_000;

/** Neighbouring cranes, the maintenance window, and what was overridden on this crane before. */
export function SurroundingsPanel({ overrideId, zone }: { overrideId: string; zone: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.overrides.surroundings.queryOptions({ overrideId }, { refetchInterval: POLL_MS }));
  return (
    <Panel title="Around it">
      <QueryState query={query} loading="Loading neighbours and earlier overrides" rows={4} failed="The surroundings could not be read" />
      {query.data && (
        <Facts
          facts={[
            { label: 'Neighbours', value: <Neighbours all={query.data.neighbours} /> },
            { label: 'Window', value: <Window window={query.data.window} zone={zone} /> },
            { label: 'Earlier, this crane', value: <Earlier {...query.data} zone={zone} /> },
          ]}
        />
      )}
    </Panel>
  );
}

function Neighbours({ all }: { all: Surroundings['neighbours'] }) {
  if (all.length === 0) return <span className="text-muted">None on the same rail</span>;
  return (
    <ul className="flex flex-col gap-1">
      {all.map(({ crane, gateways, jobs, overrides }) => (
        <li key={crane} className="flex flex-wrap items-center gap-x-3">
          <span className="font-mono text-xs font-medium">{crane}</span>
          {gateways.map((gateway) => (
            <Link key={gateway.id} prefetch={false} href={`/gateways/${gateway.id}`} className={LINK}>
              {gateway.name}
              {!gateway.connected && <span className="hatched pl-1 font-sans text-muted">offline</span>}
            </Link>
          ))}
          {jobs.map((job) => (
            <Link key={job.id} prefetch={false} href={`/jobs/${job.id}`} className={LINK}>
              {job.id}: {jobWords(job.state).label.toLowerCase()}
            </Link>
          ))}
          {overrides.map((one) => (
            <Mark key={one.id} priority="p2" className="text-xs">
              {one.constraints.map((constraint) => CONSTRAINT_WORDS[constraint]).join(', ')} overridden
            </Mark>
          ))}
          {jobs.length === 0 && overrides.length === 0 && <span className="text-xs text-muted">no job, no override</span>}
        </li>
      ))}
    </ul>
  );
}

function Window({ window, zone }: { window: Surroundings['window']; zone: string }) {
  if (!window) return <span className="text-muted">No maintenance window is set</span>;
  return window.isOpen ? (
    <>
      Open until <Time at={window.endsAt} zone={zone} withCity />
      <span className="text-muted">: the override ends then at the latest</span>
    </>
  ) : (
    <>
      Closed; opens at <Time at={window.startsAt} zone={zone} withCity />
    </>
  );
}

function Earlier({ earlier, earlierTotal, zone }: Pick<Surroundings, 'earlier' | 'earlierTotal'> & { zone: string }) {
  if (earlier.length === 0) return <span className="text-muted">None</span>;
  return (
    <ul className="flex flex-col gap-0.5">
      {earlier.map((one) => (
        <li key={one.id} className="flex flex-wrap items-center gap-x-3 text-xs">
          <OverrideLink id={one.id}>{one.id}</OverrideLink>
          <span>{one.constraints.map((constraint) => CONSTRAINT_WORDS[constraint]).join(', ')}</span>
          <span className="text-muted">
            {one.outcome ? overrideWords(one.outcome).label.toLowerCase() : 'not over'}, <Time at={one.requestedAt} zone={zone} withDate />
          </span>
          {one.breakGlass && <Badge priority="p2">Break-glass</Badge>}
        </li>
      ))}
      {earlierTotal > earlier.length && <li className="text-xs text-muted">and {earlierTotal - earlier.length} before them</li>}
    </ul>
  );
}
