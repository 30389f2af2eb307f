'use client';
/** The safety policy of one site: who may, sets it; everyone who may look at safety sees it, and what it was before. */
import { useQuery } from '@tanstack/react-query';
import { PageHeader } from '../kit/page-header';
import { SelectField } from '../kit/field';
import { Badge } from '../kit/mark';
import { Notice } from '../kit/notice';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { useSiteFilter, useSites } from '../sites/site-filter';
import { useTRPC } from '../trpc/client';
import { PolicyForm } from './policy-form';
import { PolicyHistory } from './policy-history';
import { PolicyTaken } from './policy-taken';

export function PolicyPage() {
  const trpc = useTRPC();
  const sites = useSites();
  const { site: chosen, setSiteCode } = useSiteFilter();
  const query = useQuery(trpc.safety.policies.queryOptions());
  const site = chosen ?? sites[0];
  const view = query.data?.find((one) => one.site.id === site?.id);
  return (
    <>
      <PageHeader
        title="Safety policy"
        crumbs={[{ label: 'Safety', href: '/safety' }, { label: 'Policy' }]}
        lead={
          view && (
            <span className="flex flex-wrap items-center gap-2">
              {view.site.name}, version {view.version}
              {view.version === 0 && <Badge priority="p3">Example policy</Badge>}
            </span>
          )
        }
        actions={
          sites.length > 1 && (
            <SelectField
              label="Site of the policy"
              hideLabel
              value={site?.code ?? ''}
              onChange={(event) => setSiteCode(event.target.value)}
              options={sites.map(({ code, name }) => ({ value: code, label: `${code} · ${name}` }))}
            />
          )
        }
      />
      {view?.version === 0 && (
        <Notice priority="p3" title="This is the example policy, as shipped">
          Its figures show how the rules work; nobody has said that they are right for this site. The site’s safety engineer sets them.
        </Notice>
      )}
      {view && !view.mayWrite && (
        <Notice priority="none" title="You may look, not change">
          Changing the policy needs the role safety engineer at this site.
        </Notice>
      )}
      <QueryState query={query} loading="Loading the policy" rows={12} failed="The policy could not be read" />
      {query.data && !view && <EmptyState title="You see no site">Ask an administrator for a role at a site.</EmptyState>}
      {site && view && (
        <>
          <PolicyTaken view={view} zone={site.timezone} />
          <PolicyForm key={site.id} site={site} current={view} canWrite={view.mayWrite} />
          <PolicyHistory site={site} />
        </>
      )}
    </>
  );
}
