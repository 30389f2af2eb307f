'use client';
/**
 * The line about overrides on every page: what is in force, where, for how long, and Revoke. It is always there and always
 * one line high, so that an override that comes or goes moves nothing under anyone's finger.
 */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { Button } from '../kit/button';
import { cx } from '../kit/class-names';
import { Countdown } from '../kit/countdown';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { useSiteFilter } from '../sites/site-filter';
import { type RouterOutputs, useTRPC } from '../trpc/client';
import { IN_FORCE_POLL_MS } from './active-tab';
import { boundWords } from './bound-words';
import { useOverrideActions } from './use-override-actions';

type InForce = RouterOutputs['overrides']['inForce'];
type Row = InForce['inForce'][number];

const LINK = 'inline-flex min-h-6 items-center whitespace-nowrap underline-offset-2 hover:underline';

export function OverrideStrip() {
  const trpc = useTRPC();
  const { site } = useSiteFilter();
  const query = useQuery(trpc.overrides.inForce.queryOptions(undefined, { refetchInterval: IN_FORCE_POLL_MS }));
  const all = query.data?.inForce ?? [];
  // Those of the chosen site come first; the others stay in reach.
  const rows = site ? [...all.filter((row) => row.site.id === site.id), ...all.filter((row) => row.site.id !== site.id)] : all;
  const [first] = rows;
  return (
    <section
      aria-label="Overrides in force"
      className={cx(
        'sticky top-12 z-20 flex h-9 shrink-0 items-center gap-x-4 border-b px-3 text-xs pointer-coarse:h-13 md:px-4',
        first ? 'border-p2 bg-p2-fill' : 'border-line bg-surface text-muted',
      )}
    >
      <p aria-live="polite" className="sr-only">
        {announcement(rows)}
      </p>
      {first ? (
        <>
          <Entry row={first} />
          {rows.length > 1 && (
            <Link prefetch={false} href="/overrides?tab=active" className={cx(LINK, 'font-medium')}>
              and {rows.length - 1} more
            </Link>
          )}
        </>
      ) : (
        <span className="min-w-0 flex-1 truncate">{nothingWords(query.isError, query.data !== undefined)}</span>
      )}
      <Mine data={query.data} />
    </section>
  );
}

/** One override with its countdown; Revoke is one click, for whoever may. */
function Entry({ row }: { row: Row }) {
  const { revoke } = useOverrideActions();
  return (
    <>
      <span className="flex min-w-0 flex-1 items-center gap-x-3 text-p2">
        <span aria-hidden className="text-[0.7em]">
          ▲
        </span>
        <Link prefetch={false} href={`/overrides?open=${encodeURIComponent(row.id)}`} className={cx(LINK, 'font-semibold')}>
          {row.breakGlass ? 'Break-glass' : 'Override'}
        </Link>
        <span className="min-w-0 truncate">
          <span className="font-mono max-sm:hidden">{row.gateway.name}</span>
          <span className="font-mono sm:hidden">{row.gateway.crane}</span>
          <span className="max-md:hidden">
            {' '}
            {row.bounds.map((one) => `${CONSTRAINT_WORDS[one.constraint]} ${boundWords(one)}`).join('; ')}
          </span>
        </span>
        {row.expiresAt && (
          <span className="whitespace-nowrap">
            <span className="max-sm:sr-only">ends in </span>
            <Countdown until={row.expiresAt} over="a moment" className="font-semibold" />
          </span>
        )}
      </span>
      {row.may.revoke && (
        <Button
          variant="danger"
          className="!py-0 text-xs"
          busy={revoke.isPending}
          onClick={() => revoke.mutate({ overrideId: row.id, reason: '' })}
          aria-label={`Revoke ${row.id}`}
        >
          Revoke
        </Button>
      )}
    </>
  );
}

/** What waits for this very person. */
function Mine({ data }: { data: InForce | undefined }) {
  const mine = data ? data.toApprove + data.toReview : 0;
  if (mine === 0) return null;
  return (
    <Link prefetch={false} href="/overrides" className={cx(LINK, 'font-medium text-info')}>
      <span aria-hidden>● </span>
      <span className="pl-1">
        {mine} {mine === 1 ? 'waits' : 'wait'} <span className="max-sm:sr-only">for you</span>
      </span>
    </Link>
  );
}

function nothingWords(failed: boolean, known: boolean): string {
  if (known) return 'No override is in force';
  return failed ? 'Whether an override is in force is not known' : 'Reading overrides …';
}

/** Changes only when an override comes or goes, so that the countdown is not read aloud. */
function announcement(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const what = rows.map((row) => `${row.constraints.map((one) => CONSTRAINT_WORDS[one]).join(', ')} on ${row.gateway.name}`);
  return `${rows.length} ${rows.length === 1 ? 'override is' : 'overrides are'} in force: ${what.join('; ')}`;
}
