import type { PolicyChange } from '#/domain/safety/policy-difference';
import { Mark } from '../kit/mark';
import { policyDirection, policyPathWords, policyValueWords } from './policy-fields';

/** What a change changes: before, after, and whether it makes the policy looser, which needs a second look. */
export function PolicyDifferenceTable({ changes, label }: { changes: readonly PolicyChange[]; label: string }) {
  return (
    <table aria-label={label} className="w-full text-sm">
      <thead>
        <tr className="text-left text-xs text-muted">
          {['What', 'Before', 'After', 'Makes it'].map((title) => (
            <th key={title} scope="col" className="border-b border-line-strong py-1 pr-3 font-medium">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, old, new: next }) => {
          const direction = policyDirection(path, old, next);
          return (
            <tr key={path}>
              <th scope="row" className="border-b border-line py-1 pr-3 text-left font-medium">
                {policyPathWords(path)}
              </th>
              <td className="tabular border-b border-line py-1 pr-3 text-muted">{policyValueWords(path, old)}</td>
              <td className="tabular border-b border-line py-1 pr-3 font-medium">{policyValueWords(path, next)}</td>
              <td className="border-b border-line py-1 text-xs">
                {direction ? (
                  <Mark priority={direction === 'looser' ? 'p3' : 'none'}>{direction}</Mark>
                ) : (
                  <span className="text-muted">–</span>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
