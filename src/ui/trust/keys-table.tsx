'use client';
import { Button } from '../kit/button';
import { CopyId } from '../kit/copy-id';
import { Mark } from '../kit/mark';
import { CELL, PlainTable } from '../kit/plain-table';
import type { KeyEnd } from './end-key-dialog';
import type { KeyRow } from './trust-page';

export const PURPOSES: Record<string, string> = { release: 'Releases', downgrade: 'Downgrades' };
const SHOWN_RELEASES = 4;

type Props = { keys: readonly KeyRow[] /** Null: who looks may not change anything. */; onEnd: ((end: KeyEnd) => void) | null };

export function KeysTable({ keys, onEnd }: Props) {
  const titles = ['Key', 'Fingerprint', 'Signs', 'Valid until', 'State', ...(onEnd ? ['Actions'] : [])];
  return (
    <PlainTable label="List of keys" titles={titles}>
      {keys.map((key) => (
        <tr key={key.id} className="hover:bg-hover">
          <th scope="row" className={`${CELL} text-left font-medium`}>
            {key.label}
            <span className="block text-xs font-normal text-muted">
              {key.kind === 'gpg' ? 'OpenPGP' : 'X.509'} · added by {key.addedBy}
            </span>
          </th>
          <td className={`${CELL} font-mono text-xs whitespace-nowrap`}>
            <CopyId value={key.fingerprint} shown={`…${key.fingerprint.slice(-16)}`} label={`fingerprint of ${key.label}`} />
          </td>
          <td className={`${CELL} text-xs`}>
            {key.purposes.map((purpose) => PURPOSES[purpose] ?? purpose).join(', ')}
            <span className="block text-muted" title={key.signs.join(', ')}>
              {key.signs.length === 0
                ? 'no release yet'
                : `${key.signs.slice(0, SHOWN_RELEASES).join(', ')}${key.signs.length > SHOWN_RELEASES ? ` and ${key.signs.length - SHOWN_RELEASES} more` : ''}`}
            </span>
          </td>
          <td className={`${CELL} text-xs whitespace-nowrap tabular-nums`}>{key.validUntil?.toISOString().slice(0, 10) ?? 'no end'}</td>
          <td className={`${CELL} text-xs`}>
            <KeyState row={key} />
          </td>
          {onEnd && (
            <td className={CELL}>
              <span className="flex gap-1">
                {key.state === 'active' && (
                  <Button variant="quiet" onClick={() => onEnd({ row: key, how: 'retire' })} aria-label={`Retire ${key.label}`}>
                    Retire
                  </Button>
                )}
                {key.state !== 'revoked' && (
                  <Button variant="quiet" onClick={() => onEnd({ row: key, how: 'revoke' })} aria-label={`Revoke ${key.label}`}>
                    Revoke
                  </Button>
                )}
              </span>
            </td>
          )}
        </tr>
      ))}
    </PlainTable>
  );
}

function KeyState({ row }: { row: KeyRow }) {
  if (row.state === 'revoked' || row.state === 'retired') {
    return (
      <>
        <Mark priority={row.state === 'revoked' ? 'p2' : 'none'}>{row.state === 'revoked' ? 'Revoked' : 'Retired'}</Mark>
        <span className="block max-w-64 text-muted">
          {row.endedReason} · {row.endedBy}, {row.endedAt?.toISOString().slice(0, 10)}
        </span>
      </>
    );
  }
  const expired = row.validUntil !== null && row.validUntil.getTime() <= Date.now();
  return <Mark priority={expired ? 'p3' : 'none'}>{expired ? 'Expired' : 'Active'}</Mark>;
}
