import { formatBytes } from '../clock/format';
import { CodeLink } from '../kit/code-link';
import type { Column } from '../kit/data-table';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';
import { RELEASE_STATE_WORDS, signatureWords } from './release-words';

export type ReleaseRow = RouterOutputs['releases']['list']['rows'][number];

export const RELEASE_COLUMNS: readonly Column<ReleaseRow>[] = [
  {
    id: 'version',
    header: 'Version',
    cell: (row) => (
      <CodeLink href={`/releases/${row.id}`} className="font-medium whitespace-nowrap">
        {row.version}
      </CodeLink>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: (row) => {
      const { label, priority } = RELEASE_STATE_WORDS[row.state];
      return (
        <Mark priority={priority} className="text-xs">
          {label}
        </Mark>
      );
    },
  },
  { id: 'channel', header: 'Channel', cell: (row) => <span className="text-xs">{row.channel}</span> },
  {
    id: 'type',
    header: 'Type',
    from: 'md',
    cell: (row) => (
      <span className="text-xs">
        {row.type}, {row.severity}
      </span>
    ),
  },
  {
    id: 'signature',
    header: 'Signature',
    from: 'sm',
    cell: (row) => {
      const { label, priority } = signatureWords(row.signature);
      return (
        <Mark priority={priority} className="text-xs">
          {label}
        </Mark>
      );
    },
  },
  {
    id: 'gateways',
    header: 'Runs on',
    align: 'right',
    from: 'sm',
    cell: (row) => <span className="tabular text-xs">{row.gateways}</span>,
  },
  {
    id: 'components',
    header: 'Components',
    align: 'right',
    from: 'lg',
    cell: (row) => <span className="tabular text-xs">{row.components ?? <span className="text-muted">no SBOM</span>}</span>,
  },
  {
    id: 'size',
    header: 'Size',
    align: 'right',
    from: 'lg',
    cell: (row) => <span className="tabular text-xs whitespace-nowrap">{formatBytes(row.sizeBytes)}</span>,
  },
  {
    id: 'released',
    header: 'Since',
    from: 'md',
    cell: (row) => (
      <span className="text-xs">
        <Time at={row.releasedAt} zone="UTC" withDate />
      </span>
    ),
  },
  { id: 'uploader', header: 'Brought by', from: 'xl', cell: (row) => <span className="text-xs text-muted">{row.uploader ?? '–'}</span> },
];
