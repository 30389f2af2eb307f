'use client';
/** Brings an image: choose, send, see what it is, make a draft of it. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useQueryState } from 'nuqs';
import { formatBytes } from '../clock/format';
import { Mark } from '../kit/mark';
import { MoreRows } from '../kit/more-rows';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { EmptyState } from '../kit/states';
import { Time } from '../kit/time';
import { useTRPC } from '../trpc/client';
import { uploadWords } from './release-words';
import { SendPanel } from './send-panel';
import { uploadParser } from './upload-page-state';
import { VerdictPanel } from './verdict-panel';

/** While an image is looked into. */
const POLL_MS = 1_000;

export function UploadPage() {
  const [uploadId, setUploadId] = useQueryState('upload', uploadParser);
  return (
    <>
      <PageHeader
        title="Upload an image"
        crumbs={[{ label: 'Releases', href: '/releases' }, { label: 'Upload' }]}
        lead="The image is looked into before anything can be made of it. Its signature is added on the page of its release."
      />
      <div className="grid min-w-0 items-start gap-3 xl:grid-cols-2">
        <div className="grid min-w-0 gap-3">
          <SendPanel onSent={(id) => void setUploadId(id)} />
          <RecentPanel chosen={uploadId} onChoose={(id) => void setUploadId(id)} />
        </div>
        {uploadId && <VerdictPanel key={uploadId} uploadId={uploadId} />}
      </div>
    </>
  );
}

function RecentPanel({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.releases.uploads.infiniteQueryOptions(
      { limit: 25 },
      {
        getNextPageParam: (page) => page.nextCursor,
        refetchInterval: ({ state }) =>
          state.data?.pages.some((page) => page.rows.some((row) => row.state === 'checking')) ? POLL_MS : false,
      },
    ),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Panel title="What was uploaded" flush>
      <QueryState query={query} loading="Loading uploads" rows={4} failed="The uploads could not be read" />
      {query.data && rows.length === 0 && (
        <EmptyState title="Nothing was uploaded yet">Choose an image and send it: what it is shows here.</EmptyState>
      )}
      <ul className="divide-y divide-line">
        {rows.map((row) => {
          const words = uploadWords(row.state);
          return (
            <li key={row.id}>
              <button
                type="button"
                aria-pressed={row.id === chosen}
                onClick={() => onChoose(row.id)}
                className="flex w-full flex-wrap items-baseline justify-between gap-x-4 px-3 py-1.5 text-left text-sm hover:bg-hover aria-pressed:bg-select"
              >
                <span className="min-w-0 font-mono text-xs break-all">
                  {row.fileName}
                  {row.version && <span className="text-muted"> {row.version}</span>}
                </span>
                <span className="flex flex-wrap items-baseline gap-x-3 text-xs text-muted">
                  <Mark priority={words.priority}>{words.label}</Mark>
                  {row.sizeBytes !== null && formatBytes(row.sizeBytes)}
                  <span>
                    {row.owner}, <Time at={row.createdAt} zone="UTC" withDate />
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <MoreRows query={query} />
    </Panel>
  );
}
