import Link from 'next/link';
import type { Constraint } from '#/domain/safety/signals';
import { CONSTRAINTS } from '#/domain/safety/signals';
import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { CodeLink } from '../kit/code-link';
import type { Column } from '../kit/data-table';
import { Mark, type Priority } from '../kit/mark';
import type { RouterOutputs } from '../trpc/client';
import { CONSTRAINT_WORDS } from './constraint-words';

export type BoardRow = RouterOutputs['safety']['board']['rows'][number];
type Block = BoardRow['blocks'][number];

/** A crane at work blocks: that is normal and has no colour. */
export function blockPriority(block: Pick<Block, 'constraint' | 'level' | 'stale' | 'reason'>): Priority {
  if (block.reason.startsWith('within its limits')) return 'none';
  if (block.stale) return 'p3';
  if ((block.constraint === 'crane_motion' || block.constraint === 'acs_collision') && !/fault|disagree/.test(block.reason)) return 'none';
  return block.level === 'hard' ? 'p2' : 'p3';
}

/** The columns; `select` is there for who may ask for overrides. */
export function boardColumns({
  select,
  onBars,
}: {
  select: { isChosen: (id: string) => boolean; toggle: (row: BoardRow) => void } | null;
  onBars: (gatewayId: string) => void;
}): Column<BoardRow>[] {
  return [
    ...(select ? [selectColumn(select)] : []),
    {
      id: 'name',
      header: 'Gateway',
      cell: (row) => (
        <CodeLink href={`/gateways/${row.gatewayId}`} className="font-medium whitespace-nowrap">
          {row.name}
        </CodeLink>
      ),
    },
    { id: 'what', header: 'What blocks', cell: (row) => <What row={row} /> },
    ...CONSTRAINTS.map(constraintColumn),
    {
      id: 'crane',
      header: 'Crane',
      from: 'lg',
      cell: (row) => (
        <span className="font-mono text-xs whitespace-nowrap">
          {row.block && <span className="text-muted">{row.block} ▸ </span>}
          {row.crane}
        </span>
      ),
    },
    {
      id: 'more',
      header: 'Override or job',
      from: 'md',
      cell: (row) => <OverrideOrJob row={row} />,
    },
    {
      id: 'bars',
      header: 'Signals',
      cell: (row) => (
        <Button variant="quiet" className="px-2 text-xs" aria-label={`Bars of ${row.name}`} onClick={() => onBars(row.gatewayId)}>
          Bars
        </Button>
      ),
    },
  ];
}

/** The first reason in words and how many more there are; for a narrow screen, and for an offline gateway. */
function What({ row }: { row: BoardRow }) {
  if (!row.connected) {
    return (
      <span className="text-xs">
        <Mark priority="p2">Offline</Mark> <Age at={row.offlineSince} suffix="now" />
      </span>
    );
  }
  const [first] = row.blocks;
  if (!first) return <span className="text-xs text-muted">nothing</span>;
  const text = `${CONSTRAINT_WORDS[first.constraint]}: ${first.reason}`;
  return (
    <span className="flex max-w-72 items-baseline gap-1.5 text-xs max-sm:max-w-[7.5rem]" title={text}>
      <span className="min-w-0 truncate">{text}</span>
      {row.blocks.length > 1 && <span className="whitespace-nowrap text-muted">+ {row.blocks.length - 1}</span>}
    </span>
  );
}

function constraintColumn(constraint: Constraint): Column<BoardRow> {
  return {
    id: constraint,
    header: CONSTRAINT_WORDS[constraint],
    from: 'xl',
    cell: (row) => {
      const block = row.blocks.find((one) => one.constraint === constraint);
      if (!row.connected) return <span className="hatched px-1 text-xs text-muted">not known</span>;
      if (!block) return <span className="text-xs text-muted">clear</span>;
      return (
        <span className="text-xs whitespace-nowrap" title={block.reason}>
          <Mark priority={blockPriority(block)}>{block.level === 'hard' ? 'hard' : 'soft'}</Mark> <Age at={block.since} suffix="" />
        </span>
      );
    },
  };
}

function OverrideOrJob({ row }: { row: BoardRow }) {
  const link = 'inline-flex min-h-6 items-center font-mono text-xs whitespace-nowrap underline-offset-2 hover:underline';
  if (row.overrideId) {
    return (
      <Link prefetch={false} href={`/overrides?open=${encodeURIComponent(row.overrideId)}`} className={link}>
        <Mark priority="p2">{row.overrideId}</Mark>
      </Link>
    );
  }
  if (!row.jobId) return <span className="text-xs text-muted">–</span>;
  return (
    <Link prefetch={false} href={`/jobs/${row.jobId}`} className={link}>
      {row.jobId}
    </Link>
  );
}

/** Only what blocks softly can be asked for. */
export function isAskable(row: BoardRow): boolean {
  return row.connected && row.blocks.some((block) => block.level === 'soft' && !block.stale);
}

function selectColumn({ isChosen, toggle }: { isChosen: (id: string) => boolean; toggle: (row: BoardRow) => void }): Column<BoardRow> {
  return {
    id: 'select',
    header: 'Ask',
    from: 'sm',
    cell: (row) => (
      <input
        type="checkbox"
        aria-label={`Choose ${row.name} for an override`}
        title={isAskable(row) ? undefined : 'Nothing that blocks it now can be overridden'}
        checked={isChosen(row.gatewayId)}
        disabled={!isChosen(row.gatewayId) && !isAskable(row)}
        onChange={() => toggle(row)}
        className="size-5 accent-info-fill align-middle disabled:opacity-40 max-md:size-6"
      />
    ),
  };
}
