'use client';
import { useQuery } from '@tanstack/react-query';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { useTRPC } from '../trpc/client';
import { PolicyDifferenceTable } from './policy-difference-table';

/** Every version of a site's policy, newest first, each with what it changed and why. */
export function PolicyHistory({ site }: { site: { id: string; timezone: string } }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.safety.policyHistory.queryOptions({ siteId: site.id }));
  return (
    <Panel title="Versions" flush>
      <QueryState query={query} loading="Loading the versions" rows={3} failed="The versions could not be read" />
      {query.data?.length === 0 && (
        <EmptyState title="Nobody has changed it yet">
          The site runs by the example policy as shipped. Its safety engineer sets the figures that are right here.
        </EmptyState>
      )}
      <ol className="divide-y divide-line">
        {query.data?.map((one) => (
          <li key={one.version} className="px-3 py-2">
            <details>
              <summary className="target cursor-pointer py-1 text-sm">
                <span className="font-semibold">Version {one.version}</span>
                <span className="text-muted">
                  {' '}
                  · {one.author} · <Time at={one.createdAt} zone={site.timezone} withDate /> · {one.changes.length}{' '}
                  {one.changes.length === 1 ? 'rule' : 'rules'}
                </span>
                <span className="block pl-4">{one.note}</span>
              </summary>
              <div className="overflow-x-auto pt-2 pl-4">
                <PolicyDifferenceTable changes={one.changes} label={`Changes of version ${one.version}`} />
              </div>
            </details>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
