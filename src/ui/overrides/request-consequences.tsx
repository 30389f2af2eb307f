import { Notice } from '../kit/notice';
import { durationWords, OPERATION_WORDS } from './override-words';
import type { RequestDraft } from './request-draft';

/** What follows from sending it, before it is sent. */
export function RequestConsequences({ draft, approvers, gateways }: { draft: RequestDraft; approvers: number; gateways: number }) {
  const who =
    approvers === 0
      ? 'It is in force at once, by your own PIN.'
      : `${approvers === 1 ? 'One other person has' : `${approvers} other persons have`} to approve it.`;
  return (
    <Notice priority={draft.breakGlass ? 'p2' : 'info'} title={draft.breakGlass ? 'You break the glass' : 'What follows'}>
      <ul className="list-disc pl-4">
        {draft.breakGlass && (
          <li>
            <strong className="font-semibold">An alarm is raised at once, and someone else must review this within 24 hours.</strong>
          </li>
        )}
        <li>{who}</li>
        <li>
          {OPERATION_WORDS[draft.operation]} may go on once although the soft limit is violated, within the bound, for{' '}
          {durationWords(draft.durationSeconds)} at most and never past the end of the maintenance window.
        </li>
        <li>
          The gateway reads its own sources again right before the step. A hard limit, or a value past the bound, stops it whatever is
          approved.
        </li>
        <li>Anyone at the site can revoke it with one click. It is not extended: afterwards a new request is needed.</li>
        {gateways > 1 && <li>{gateways} gateways get a request each, with the bound that covers the present value of each.</li>}
      </ul>
    </Notice>
  );
}
