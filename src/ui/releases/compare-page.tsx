'use client';
/** Two releases side by side: what differs, and what changed in their software. */
import { useQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { formatBytes } from '../clock/format';
import { SelectField } from '../kit/field';
import { Notice } from '../kit/notice';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { CELL, PlainTable } from '../kit/plain-table';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { compareParsers } from './compare-page-state';

type Comparison = RouterOutputs['releases']['compare'];
/** The newest versions; older ones are reached by their address. */
const CHOICES = 200;

export function ComparePage() {
  const trpc = useTRPC();
  const [{ from, to }, setState] = useQueryStates(compareParsers);
  const releases = useQuery(trpc.releases.list.queryOptions({ limit: CHOICES }));
  const query = useQuery(
    trpc.releases.compare.queryOptions({ fromId: from ?? '', toId: to ?? '' }, { enabled: from !== null && to !== null }),
  );
  const options = [
    { value: '', label: 'Choose …' },
    ...(releases.data?.rows ?? []).map((row) => ({ value: row.id, label: `${row.version} (${row.channel}, ${row.state})` })),
  ];
  return (
    <>
      <PageHeader title="Compare two releases" crumbs={[{ label: 'Releases', href: '/releases' }, { label: 'Compare' }]} />
      <div className="flex flex-wrap gap-3">
        <SelectField
          label="From"
          value={from ?? ''}
          options={options}
          onChange={(event) => void setState({ from: event.target.value || null })}
        />
        <SelectField
          label="To"
          value={to ?? ''}
          options={options}
          onChange={(event) => void setState({ to: event.target.value || null })}
        />
      </div>
      <QueryState query={releases} loading="Loading the releases" rows={1} failed="The releases could not be read" />
      {(from === null || to === null) && (
        <EmptyState title="Choose two releases">What is said of them, and what changed in their software, shows here.</EmptyState>
      )}
      {from !== null && to !== null && <QueryState query={query} loading="Comparing" rows={8} failed="They could not be compared" />}
      {query.data && <Difference comparison={query.data} />}
    </>
  );
}

function Difference({ comparison }: { comparison: Comparison }) {
  const { from, to, fields, components, withoutSbom, sameImage } = comparison;
  return (
    <div className="grid min-w-0 items-start gap-3 xl:grid-cols-2">
      <Panel title="What is said of them" flush>
        <PlainTable
          label="Differences"
          titles={['Field', ...[from.version, to.version].map((text) => ({ text, className: 'text-left font-mono wrap-anywhere' }))]}
        >
          <Row name="size" from={formatBytes(from.sizeBytes)} to={formatBytes(to.sizeBytes)} />
          <Row name="SHA-256" from={from.sha256.slice(0, 16)} to={sameImage ? 'the same image' : to.sha256.slice(0, 16)} />
          {fields.map((field) => (
            <Row key={field.name} {...field} />
          ))}
        </PlainTable>
      </Panel>
      <Panel title="Software" flush>
        {components === null ? (
          <div className="p-3">
            <Notice priority="p3" title={`${withoutSbom.join(' and ')} ${withoutSbom.length > 1 ? 'have' : 'has'} no bill of materials`}>
              Add one on the page of the release: then what changed inside can be shown.
            </Notice>
          </div>
        ) : (
          <Components components={components} />
        )}
      </Panel>
    </div>
  );
}

function Row({ name, from, to }: { name: string; from: string | null; to: string | null }) {
  return (
    <tr>
      <th scope="row" className={`${CELL} text-left align-top text-xs font-normal text-muted`}>
        {name.replace(/^./, (first) => first.toUpperCase())}
      </th>
      {[from, to].map((value, index) => (
        <td key={index === 0 ? 'from' : 'to'} className={`${CELL} align-top wrap-anywhere whitespace-pre-line`}>
          {value || '–'}
        </td>
      ))}
    </tr>
  );
}

function Components({ components }: { components: NonNullable<Comparison['components']> }) {
  const { added, removed, changed } = components;
  const lines = [
    ...changed.map((one) => ({
      key: `~${one.name}`,
      mark: 'changed',
      name: one.name,
      text: `${versions(one.from)} → ${versions(one.to)}`,
    })),
    ...added.map((one) => ({ key: `+${one.name}${one.version}`, mark: 'added', name: one.name, text: one.version ?? 'no version' })),
    ...removed.map((one) => ({ key: `-${one.name}${one.version}`, mark: 'removed', name: one.name, text: one.version ?? 'no version' })),
  ];
  if (lines.length === 0) return <EmptyState title="The same components in the same versions" />;
  return (
    <>
      <p className="border-b border-line px-3 py-1.5 text-xs text-muted">
        {changed.length} changed, {added.length} added, {removed.length} removed
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard */}
      <section aria-label="Changed components" tabIndex={0} className="max-h-[32rem] overflow-y-auto -outline-offset-2">
        <ul className="divide-y divide-line text-xs">
          {lines.map((line) => (
            <li key={line.key} className="flex flex-wrap justify-between gap-x-4 px-3 py-1">
              <span className="font-mono break-all">
                {line.name} <span className="font-sans text-muted">{line.mark}</span>
              </span>
              <span className="font-mono">{line.text}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function versions(list: readonly (string | null)[]): string {
  return list.map((one) => one ?? 'no version').join(', ');
}
