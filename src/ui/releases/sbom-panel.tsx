'use client';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useRef, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../kit/button';
import { MoreRows } from '../kit/more-rows';
import { Panel } from '../kit/panel';
import { CELL, PlainTable } from '../kit/plain-table';
import { QueryState } from '../kit/query-state';
import { SearchBox } from '../kit/search-box';
import { EmptyState } from '../kit/states';
import { useTRPC } from '../trpc/client';
import { Refusal } from '../trpc/refusal';
import type { Release } from './release-page';

/** The bill of materials: bring one, look for a component in it. */
export function SbomPanel({ release }: { release: Release }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const upload = useMutation(
    trpc.releases.uploadSbom.mutationOptions({
      onSuccess: ({ components }) => void toast(`The bill of materials has ${countText(components)}`),
      onSettled: () => queryClient.invalidateQueries(trpc.releases.pathFilter()),
    }),
  );
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const [one] = event.target.files ?? [];
    event.target.value = '';
    if (one) upload.mutate({ releaseId: release.id, document: await one.text() });
  };
  return (
    <Panel
      title="Bill of materials"
      flush
      aside={
        <>
          {release.sbom && (
            <span>
              CycloneDX {release.sbom.specVersion}, {countText(release.sbom.components)}, by {release.sbom.uploader}
            </span>
          )}
          {release.may.uploadSbom && (
            <>
              <input
                ref={file}
                type="file"
                accept=".json,application/json"
                aria-label="CycloneDX file"
                className="sr-only"
                tabIndex={-1}
                onChange={(event) => void chosen(event)}
              />
              <Button busy={upload.isPending} onClick={() => file.current?.click()}>
                {release.sbom ? 'Replace' : 'Add'} CycloneDX …
              </Button>
            </>
          )}
        </>
      }
    >
      {upload.error && (
        <div className="p-3">
          <Refusal title="The document was not taken" error={upload.error} />
        </div>
      )}
      {release.sbom ? (
        <Components releaseId={release.id} />
      ) : (
        <EmptyState title="No bill of materials">With one, “which gateways run this package” can be answered for this release.</EmptyState>
      )}
    </Panel>
  );
}

function countText(components: number): string {
  return `${components} ${components === 1 ? 'component' : 'components'}`;
}

function Components({ releaseId }: { releaseId: string }) {
  const trpc = useTRPC();
  const [text, setText] = useState('');
  const query = useInfiniteQuery(
    trpc.releases.components.infiniteQueryOptions(
      { releaseId, text: text.trim() || undefined, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <div className="border-b border-line px-3 py-2">
        <SearchBox label="Filter by how the name begins" placeholder="Name begins with" value={text} onChange={setText} />
      </div>
      <QueryState query={query} loading="Loading components" rows={4} failed="The components could not be read" />
      {query.data && rows.length === 0 && <EmptyState title="No component begins like this" />}
      {rows.length > 0 && (
        <PlainTable label="Components" titles={['Name', 'Version', 'Kind', 'Licences']} className="max-h-80">
          {rows.map((row) => (
            <tr key={row.id}>
              <th
                scope="row"
                className={`${CELL} text-left min-w-32 font-mono text-xs font-normal break-all`}
                title={row.purl ?? undefined}
              >
                {row.name}
              </th>
              <td className={`${CELL} font-mono text-xs`}>{row.version ?? '–'}</td>
              <td className={`${CELL} text-xs`}>{row.type}</td>
              <td className={`${CELL} text-xs text-muted`}>{row.licenses.join(', ') || '–'}</td>
            </tr>
          ))}
        </PlainTable>
      )}
      <MoreRows query={query} />
    </>
  );
}
