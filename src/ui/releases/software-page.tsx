'use client';
/** Which gateways run a package, and of which age: over the bills of materials of the releases that they run. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useQueryStates } from 'nuqs';
import { type FormEvent, useState } from 'react';
import { Button } from '../kit/button';
import { CodeLink } from '../kit/code-link';
import { SelectField, TextField } from '../kit/field';
import { Mark } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { Notice } from '../kit/notice';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { OPERATORS, type SoftwareState, softwareInput, softwareParsers } from './software-state';

type Search = RouterOutputs['releases']['sbomSearch'];
const OPERATOR_OPTIONS = OPERATORS.map((value) => ({ value, label: value === 'any' ? 'any version' : value }));

export function SoftwarePage() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(softwareParsers);
  const input = softwareInput(state);
  const query = useInfiniteQuery(
    trpc.releases.sbomSearch.infiniteQueryOptions(input ?? { name: ' ' }, {
      enabled: input !== null,
      getNextPageParam: (page) => page.nextCursor,
    }),
  );
  const first = query.data?.pages[0];
  return (
    <>
      <PageHeader
        title="Search packages"
        crumbs={[{ label: 'Releases', href: '/releases' }, { label: 'Packages' }]}
        lead="Which gateways run a package, older or newer than a version. By its whole name, as the bill of materials has it."
      />
      <Question state={state} onAsk={(next) => void setState(next)} />
      {input === null && (
        <EmptyState title="Say which package">Its whole name, such as openssl; then any version, or one to compare with.</EmptyState>
      )}
      {input !== null && <QueryState query={query} loading="Searching" rows={8} failed="The search could not be made" />}
      {first && (
        <>
          {first.unknownGateways > 0 && (
            <Notice
              priority="p3"
              title={`Nothing is known about ${first.unknownGateways} ${first.unknownGateways === 1 ? 'gateway' : 'gateways'}`}
            >
              They run something without a bill of materials. Add one on the page of the release that they run.
            </Notice>
          )}
          {first.findings.length > 0 && first.findings.every((one) => one.verdict === 'not_comparable') && (
            <Notice priority="p3" title={`No version of it can be compared with ${state.version}`}>
              Every gateway that has it is listed, since none can be ruled out. Write the version as a bill of materials has it.
            </Notice>
          )}
          <div className="grid min-w-0 items-start gap-3 xl:grid-cols-2">
            <Gateways total={first.total} rows={query.data?.pages.flatMap((page) => page.rows) ?? []} more={<MoreRows query={query} />} />
            <Findings findings={first.findings} />
          </div>
        </>
      )}
    </>
  );
}

function Question({ state, onAsk }: { state: SoftwareState; onAsk: (next: Partial<SoftwareState>) => void }) {
  const [name, setName] = useState(state.name);
  const [operator, setOperator] = useState(state.operator);
  const [version, setVersion] = useState(state.version);
  // Back and forward bring another question: the boxes show it.
  const [asked, setAsked] = useState(state);
  if (asked.name !== state.name || asked.operator !== state.operator || asked.version !== state.version) {
    setAsked(state);
    setName(state.name);
    setOperator(state.operator);
    setVersion(state.version);
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk({ name: name.trim(), operator, version: version.trim() });
  };
  return (
    <search aria-label="Package">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <TextField
          label="Package"
          value={name}
          maxLength={500}
          required
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label="Which"
          value={operator}
          options={OPERATOR_OPTIONS}
          onChange={(event) => setOperator(OPERATORS.find((one) => one === event.target.value) ?? 'any')}
        />
        <TextField
          label="Version"
          value={version}
          maxLength={200}
          disabled={operator === 'any'}
          required={operator !== 'any'}
          spellCheck={false}
          onChange={(event) => setVersion(event.target.value)}
        />
        <Button type="submit" variant="primary">
          Search
        </Button>
      </form>
    </search>
  );
}

function Gateways({ total, rows, more }: { total: number; rows: Search['rows']; more: React.ReactNode }) {
  return (
    <Panel title="Gateways" flush aside={<span>{total} found</span>}>
      {rows.length === 0 ? (
        <EmptyState title="No gateway that you may see runs it">
          A package is found by its whole name only: a release’s page lists those that are in it.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {rows.map((row) => (
            <li key={row.id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-3 py-1 text-sm">
              <CodeLink href={`/gateways/${row.id}`}>{row.name}</CodeLink>
              <span className="flex flex-wrap items-baseline gap-x-3 text-xs">
                <span className="font-mono">{row.activeVersion}</span>
                <span className="font-mono text-muted">
                  {row.components.map((one) => `${one.name} ${one.version ?? 'without version'}`).join(', ')}
                </span>
                {!row.certain && <Mark priority="p3">cannot be compared</Mark>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {more}
    </Panel>
  );
}

function Findings({ findings }: { findings: Search['findings'] }) {
  return (
    <Panel title="In which releases" flush>
      {findings.length === 0 ? (
        <EmptyState title="No release has it in its bill of materials" />
      ) : (
        <ul className="divide-y divide-line">
          {findings.map((one) => (
            <li
              key={`${one.releaseId} ${one.purl} ${one.name} ${one.version}`}
              className="flex flex-wrap items-baseline justify-between gap-x-4 px-3 py-1 text-sm"
            >
              <CodeLink href={`/releases/${one.releaseId}`}>{one.releaseVersion}</CodeLink>
              <span className="flex flex-wrap items-baseline gap-x-3 text-xs">
                <span className="font-mono">
                  {one.name} {one.version ?? 'without version'}
                </span>
                {one.verdict === 'not_comparable' ? (
                  <Mark priority="p3">cannot be compared</Mark>
                ) : (
                  <span className="text-muted">{one.scheme ?? ''}</span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
