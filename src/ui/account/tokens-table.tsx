'use client';
import { useNowMs } from '../clock/now';
import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { Mark } from '../kit/mark';
import { CELL, PlainTable } from '../kit/plain-table';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';

type Token = RouterOutputs['account']['tokens'][number];

/** The tokens with what each may do and when it was used. */
export function TokensTable({
  tokens,
  revoking,
  onRevoke,
}: {
  tokens: readonly Token[];
  revoking: string | null;
  onRevoke: (tokenId: string) => void;
}) {
  const nowMs = useNowMs();
  return (
    <PlainTable label="List of tokens" titles={['Name', 'Begins with', 'Rights', 'Created', 'Expires', 'Last used', 'Action']}>
      {tokens.map((token) => {
        const expired = token.expiresAt !== null && token.expiresAt.getTime() < nowMs;
        return (
          <tr key={token.id} className="hover:bg-hover">
            <th scope="row" className={`${CELL} text-left font-medium`}>
              {token.name}
            </th>
            <td className={`${CELL} font-mono text-xs`}>{token.prefix}…</td>
            <td className={`${CELL} text-xs`}>
              {token.role ?? 'your roles'}
              {token.gatewayName && <span className="text-muted"> on {token.gatewayName}</span>}
            </td>
            <td className={`${CELL} text-xs`}>
              <Time at={token.createdAt} zone="UTC" />
            </td>
            <td className={`${CELL} text-xs`}>
              {token.expiresAt ? expired ? <Mark priority="p3">Expired</Mark> : <Time at={token.expiresAt} zone="UTC" withDate /> : 'never'}
            </td>
            <td className={`${CELL} text-xs`}>
              {token.lastUsedAt ? <Age at={token.lastUsedAt} suffix="ago" /> : <span className="text-muted">not yet</span>}
            </td>
            <td className={CELL}>
              {token.revokedAt ? (
                <span className="text-xs text-muted">Revoked</span>
              ) : (
                <Button
                  variant="secondary"
                  busy={revoking === token.id}
                  onClick={() => onRevoke(token.id)}
                  aria-label={`Revoke ${token.name}`}
                >
                  Revoke
                </Button>
              )}
            </td>
          </tr>
        );
      })}
    </PlainTable>
  );
}
