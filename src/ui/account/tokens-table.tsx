'use client';
import { useNowMs } from '../clock/now';
import { Age } from '../kit/age';
import { Button } from '../kit/button';
import { Mark } from '../kit/mark';
import { Time } from '../kit/time';
import type { RouterOutputs } from '../trpc/client';

type Token = RouterOutputs['account']['tokens'][number];

const HEAD = 'border-b border-line-strong px-2.5 py-2 text-left text-xs font-medium text-muted whitespace-nowrap';
const CELL = 'border-b border-line px-2.5 py-1';

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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
    <section aria-label="List of tokens" tabIndex={0} className="overflow-x-auto -outline-offset-2">
      <table className="w-full text-sm">
        <thead>
          <tr>
            {['Name', 'Begins with', 'Rights', 'Created', 'Expires', 'Last used', 'Action'].map((title) => (
              <th key={title} scope="col" className={HEAD}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
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
                  {token.expiresAt ? (
                    expired ? (
                      <Mark priority="p3">Expired</Mark>
                    ) : (
                      <Time at={token.expiresAt} zone="UTC" withDate />
                    )
                  ) : (
                    'never'
                  )}
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
        </tbody>
      </table>
    </section>
  );
}
