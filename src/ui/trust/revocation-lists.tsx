import { EmptyState } from '../kit/states';
import { Panel } from '../kit/panel';
import { CELL, HEAD } from './keys-table';
import type { TrustState } from './trust-page';

export function RevocationLists({ lists }: { lists: TrustState['lists'] }) {
  return (
    <Panel title="Revocation lists" flush>
      {lists.length === 0 ? (
        <EmptyState title="No revocation list">Certificates count until they expire or their key here is revoked.</EmptyState>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        <section aria-label="Revocation lists" tabIndex={0} className="overflow-x-auto -outline-offset-2">
          <table className="w-full text-sm">
            <thead>
              <tr>
                {['Issuer', 'Revoked', 'Issued', 'Next due', 'Added by'].map((title) => (
                  <th key={title} scope="col" className={HEAD}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lists.map((list) => (
                <tr key={list.id}>
                  <th scope="row" className={`${CELL} text-left font-medium`}>
                    {list.issuer}
                  </th>
                  <td className={`${CELL} text-xs tabular-nums`}>{list.entries}</td>
                  <td className={`${CELL} text-xs tabular-nums`}>{list.thisUpdateAt.toISOString().slice(0, 10)}</td>
                  <td className={`${CELL} text-xs tabular-nums`}>{list.nextUpdateAt?.toISOString().slice(0, 10) ?? 'not said'}</td>
                  <td className={`${CELL} text-xs`}>{list.addedBy}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Panel>
  );
}
