'use client';
import type { ReactNode } from 'react';
import { CodeLink } from '../kit/code-link';
import { Badge } from '../kit/mark';
import { CONSTRAINT_WORDS } from '../safety/constraint-words';
import { boundWords } from './bound-words';
import { OverrideLink } from './override-link';
import { durationWords, OPERATION_WORDS, reasonWords } from './override-words';
import type { OverrideRow } from './register-csv';

/** One override in a list: where, what it asks for, who and why, and how long is left. */
export function OverrideItem({ row, index, clock, actions }: { row: OverrideRow; index: number; clock: ReactNode; actions?: ReactNode }) {
  return (
    <li data-row={index} className="flex flex-wrap items-start gap-x-6 gap-y-2 px-3 py-2.5 text-sm focus-within:bg-select">
      <div className="min-w-0 flex-[1_1_16rem]">
        <p className="flex flex-wrap items-center gap-x-2">
          <OverrideLink id={row.id}>{row.id}</OverrideLink>
          {row.breakGlass && <Badge priority="p2">Break-glass</Badge>}
        </p>
        <p className="min-w-0">
          <CodeLink href={`/gateways/${row.gateway.id}`} className="break-all">
            {row.gateway.name}
          </CodeLink>{' '}
          <span className="text-xs text-muted">{row.site.name}</span>
        </p>
      </div>
      <div className="min-w-0 flex-[2_1_18rem]">
        <ul>
          {row.bounds.map((one) => (
            <li key={one.constraint}>
              <span className="font-medium">{CONSTRAINT_WORDS[one.constraint]}</span> <span className="tabular">{boundWords(one)}</span>
            </li>
          ))}
        </ul>
        <p className="text-xs text-muted">
          {OPERATION_WORDS[row.operation]}, for {durationWords(row.durationSeconds)} · {reasonWords(row.reasonCode)}: {row.reason}
        </p>
        <p className="text-xs text-muted">
          Asked for by <span className="text-text">{row.requester}</span>
          {row.approvers.length > 0 && !row.breakGlass && (
            <>
              , approved by <span className="text-text">{row.approvers.join(', ')}</span>
            </>
          )}
        </p>
      </div>
      <div className="flex min-w-44 flex-col items-end gap-1.5 text-xs max-sm:w-full max-sm:flex-row max-sm:items-center max-sm:justify-between">
        {clock}
        {actions && <div className="flex gap-2">{actions}</div>}
      </div>
    </li>
  );
}
