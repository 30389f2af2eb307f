import { CELL, PlainTable } from '../kit/plain-table';
import { EmptyState } from '../kit/states';
import { Panel } from '../kit/panel';
import type { TrustState } from './trust-page';

export function RevocationLists({ lists }: { lists: TrustState['lists'] }) {
  return (
    <Panel title="Revocation lists" flush>
      {lists.length === 0 ? (
        <EmptyState title="No revocation list">Certificates count until they expire or their key here is revoked.</EmptyState>
      ) : (
        <PlainTable label="Revocation lists" titles={['Issuer', 'Revoked', 'Issued', 'Next due', 'Added by']}>
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
        </PlainTable>
      )}
    </Panel>
  );
}
