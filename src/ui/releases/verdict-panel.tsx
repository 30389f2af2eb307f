'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { useCan } from '../access/access';
import { Button } from '../kit/button';
import { Facts } from '../kit/facts';
import { Mark } from '../kit/mark';
import { Notice } from '../kit/notice';
import { Panel } from '../kit/panel';
import { QueryState } from '../kit/query-state';
import { Refusal } from '../trpc/refusal';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { type Draft, DraftFields, fieldsOf, NEW_DRAFT } from './draft-fields';
import { uploadWords } from './release-words';

type Upload = RouterOutputs['releases']['upload'];
const POLL_MS = 1_000;
const UNDER_WAY = new Set(['receiving', 'checking']);

/** What was found in the image, and the draft that may be made of it. */
export function VerdictPanel({ uploadId }: { uploadId: string }) {
  const trpc = useTRPC();
  const can = useCan();
  const query = useQuery(
    trpc.releases.upload.queryOptions(
      { uploadId },
      { refetchInterval: ({ state }) => (state.data && !UNDER_WAY.has(state.data.state) ? false : POLL_MS) },
    ),
  );
  const upload = query.data;
  if (!upload) {
    return (
      <Panel title="What it is" flush>
        <QueryState query={query} loading="Loading the upload" rows={6} failed="The upload could not be read" />
      </Panel>
    );
  }
  const words = uploadWords(upload.state);
  return (
    <div className="grid min-w-0 gap-3">
      <Panel title={`What ${upload.fileName} is`} aside={<Mark priority={words.priority}>{words.label}</Mark>}>
        <div aria-live="polite" className="flex flex-col gap-3">
          {upload.error && <Notice priority="p2" title={upload.error} />}
          {UNDER_WAY.has(upload.state) && <p className="text-sm text-muted">The image is looked into …</p>}
          {upload.verdict && <Verdict verdict={upload.verdict} />}
          {upload.releases.length > 0 && (
            <p className="text-sm">
              Made of it:{' '}
              {upload.releases.map((one) => (
                <Link
                  key={one.id}
                  prefetch={false}
                  href={`/releases/${one.id}`}
                  className="pr-2 font-mono text-xs underline underline-offset-2"
                >
                  {one.version}
                </Link>
              ))}
            </p>
          )}
        </div>
      </Panel>
      {upload.state === 'verified' && can('release.write', null) && <DraftPanel upload={upload} />}
    </div>
  );
}

const GROUPS = [
  { key: 'file', title: 'File' },
  { key: 'metadata', title: 'What it says of itself' },
  { key: 'validation', title: 'Checks' },
] as const;

/** The contract’s verdict, part by part; null is what cannot be known. */
function Verdict({ verdict }: { verdict: Record<string, unknown> }) {
  return GROUPS.map(({ key, title }) => {
    const part = verdict[key];
    if (typeof part !== 'object' || part === null) return null;
    return (
      <section key={key} aria-label={title}>
        <h3 className="pb-1 text-xs font-semibold">{title}</h3>
        <Facts
          facts={Object.entries(part).map(([name, value]) => ({
            label: name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase()),
            value: <Value value={value} />,
          }))}
        />
      </section>
    );
  });
}

function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined || value === '') return <span className="text-muted">not known</span>;
  if (value === true) return <Mark priority="none">yes</Mark>;
  if (value === false) return <Mark priority="p2">no</Mark>;
  return <span className="break-all">{String(value)}</span>;
}

/** What the image says that it is. */
function versionIn(verdict: Record<string, unknown> | null): string | null {
  const file = verdict?.file;
  if (typeof file !== 'object' || file === null || !('version' in file)) return null;
  return typeof file.version === 'string' ? file.version : null;
}

function DraftPanel({ upload }: { upload: Upload }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>({
    ...NEW_DRAFT,
    version: upload.version ?? versionIn(upload.verdict) ?? '',
    description: upload.description ?? '',
  });
  const create = useMutation(
    trpc.releases.createDraft.mutationOptions({ onSuccess: ({ releaseId }) => router.push(`/releases/${releaseId}`) }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate({ uploadId: upload.id, ...fieldsOf(draft) });
  };
  return (
    <Panel title="Make a draft of it">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <DraftFields draft={draft} onChange={(next) => setDraft({ ...draft, ...next })} />
        <Refusal title="The draft was not made" error={create.error} />
        <div>
          <Button type="submit" variant="primary" busy={create.isPending || create.isSuccess}>
            Make the draft
          </Button>
        </div>
      </form>
    </Panel>
  );
}
