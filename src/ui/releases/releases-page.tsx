'use client';
/** Every release, newest version first. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { RELEASE_STATES, type ReleaseState } from '#/domain/releases/release-machine';
import { CHANNELS, type Channel } from '#/domain/settings/gateway-settings';
import { useCan } from '../access/access';
import { Button, buttonClass } from '../kit/button';
import { ListSection, useRows } from '../kit/list-section';
import { PageHeader } from '../kit/page-header';
import { SearchBox } from '../kit/search-box';
import { Segments } from '../kit/segments';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { RELEASE_COLUMNS } from './release-columns';
import { releaseListParsers, releasesInput } from './release-list-state';
import { RELEASE_STATE_WORDS } from './release-words';

const STATE_OPTIONS = [
  { value: 'any' as const, label: 'All' },
  ...RELEASE_STATES.map((value) => ({ value, label: RELEASE_STATE_WORDS[value].label })),
];
const CHANNEL_OPTIONS = [{ value: 'any' as const, label: 'All channels' }, ...CHANNELS.map((value) => ({ value, label: value }))];

export function ReleasesPage() {
  const trpc = useTRPC();
  const can = useCan();
  const [state, setState] = useQueryStates(releaseListParsers, { history: 'replace' });
  const query = useInfiniteQuery(
    trpc.releases.list.infiniteQueryOptions(releasesInput(state), {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const filtered = state.q !== '' || state.state !== null || state.channel !== null;
  return (
    <>
      <PageHeader
        title="Releases"
        lead="What may be installed, what is in it, and where it runs."
        actions={
          <>
            <Link prefetch={false} href="/software" className={buttonClass()}>
              Search packages
            </Link>
            <Link prefetch={false} href="/releases/compare" className={buttonClass()}>
              Compare
            </Link>
            {can('upload.write', null) && (
              <Link prefetch={false} href="/releases/upload" className={buttonClass('primary')}>
                Upload an image
              </Link>
            )}
          </>
        }
      />
      <search aria-label="Release filters" className="flex flex-wrap items-center gap-2">
        <SearchBox
          label="Filter by version or description"
          placeholder="Version or description   /"
          value={state.q}
          onChange={(q) => void setState({ q })}
        />
        <Segments<ReleaseState | 'any'>
          label="State"
          value={state.state ?? 'any'}
          options={STATE_OPTIONS}
          onChange={(next) => void setState({ state: next === 'any' ? null : next })}
        />
        <Segments<Channel | 'any'>
          label="Channel"
          value={state.channel ?? 'any'}
          options={CHANNEL_OPTIONS}
          onChange={(next) => void setState({ channel: next === 'any' ? null : next })}
        />
      </search>
      <ListSection
        label="Releases"
        query={query}
        rows={useRows(query.data)}
        columns={RELEASE_COLUMNS}
        rowKey={(row) => row.id}
        loading="Loading releases"
        failed="The releases could not be read"
        empty={
          filtered ? (
            <EmptyState title="No release matches" action={<Button onClick={() => void setState(null)}>Clear the filters</Button>} />
          ) : (
            <EmptyState title="No release yet">Upload an image, make a draft of it, and publish that.</EmptyState>
          )
        }
      />
    </>
  );
}
