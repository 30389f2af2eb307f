'use client';
/** Level 1: what needs someone comes first, then what moves, then the fleet in figures. */
import { PageHeader } from '../kit/page-header';
import { useSiteFilter } from '../sites/site-filter';
import { AttentionPanel } from './attention-panel';
import { FleetFigures } from './fleet-figures';
import { OutcomeTrend } from './outcome-trend';
import { RunningPanel } from './running-panel';
import { SitesPanel } from './sites-panel';
import { VersionSpread } from './version-spread';

export function FleetOverview() {
  const { site } = useSiteFilter();
  const scope = { siteCode: site?.code };
  return (
    <>
      <PageHeader
        title={site ? site.name : 'Fleet overview'}
        crumbs={site ? [{ label: 'Fleet', href: '/' }, { label: site.name }] : undefined}
      />
      <FleetFigures scope={scope} />
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3 xl:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]">
        <AttentionPanel scope={scope} />
        <RunningPanel scope={scope} />
      </div>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-2">
        <VersionSpread scope={scope} />
        <OutcomeTrend scope={scope} />
      </div>
      <SitesPanel scope={scope} />
    </>
  );
}
