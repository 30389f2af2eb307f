/**
 * The life of an override as a table, and the rules of who may move it (safety design: The override). Pure: the server
 * runs the same functions on its rows, the model-based test runs them on generated histories.
 */
export const OVERRIDE_STATES = [
  'requested',
  'approved',
  'active',
  'used',
  'expired',
  'revoked',
  'rejected',
  'withdrawn',
  'lapsed',
  'review_due',
  'closed',
] as const;
export type OverrideState = (typeof OVERRIDE_STATES)[number];

export const OVERRIDE_EVENTS = [
  'approve',
  'reject',
  'withdraw',
  'lapse',
  'activate',
  'use',
  'expire',
  'revoke',
  'demand_review',
  'close',
] as const;
export type OverrideEvent = (typeof OVERRIDE_EVENTS)[number];

export const OVERRIDE_TRANSITIONS: Record<OverrideState, Partial<Record<OverrideEvent, OverrideState>>> = {
  requested: { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn', lapse: 'lapsed' },
  approved: { activate: 'active', expire: 'expired', revoke: 'revoked' },
  active: { use: 'used', expire: 'expired', revoke: 'revoked' },
  // Only a break-glass goes on from here (judgeReview). A use is taken back while its act still waits (mayRevoke).
  used: { demand_review: 'review_due', revoke: 'revoked' },
  expired: { demand_review: 'review_due' },
  revoked: { demand_review: 'review_due' },
  rejected: {},
  withdrawn: {},
  lapsed: {},
  review_due: { close: 'closed', revoke: 'review_due' },
  closed: {},
};

/** A grant may exist in these, and may be used in the second only. */
export const IN_FORCE: ReadonlySet<OverrideState> = new Set(['approved', 'active']);

/** Whether there is something to revoke: what is in force, or what was used for an act that its gateway has not begun. */
export function mayRevoke({ state, outcome, actWaits }: { state: OverrideState; outcome: string | null; actWaits: boolean }): boolean {
  return IN_FORCE.has(state) || ((state === 'used' || state === 'review_due') && outcome === 'used' && actWaits);
}

/** The state after an event, or null when the table does not allow it. */
export function applyOverrideEvent(state: OverrideState, event: OverrideEvent): OverrideState | null {
  return OVERRIDE_TRANSITIONS[state][event] ?? null;
}

/** Who moves: `personId` is the person, whichever session or token it uses. */
export type Approval = { personId: string; requestHash: string };
export type ApprovalQuestion = {
  state: OverrideState;
  requesterId: string;
  requestHash: string;
  approversNeeded: number;
  breakGlass: boolean;
  approvals: readonly Approval[];
  lapsesAtMs: number;
};

export type ApprovalVerdict =
  | { kind: 'refused'; why: 'not_open' | 'lapsed' | 'own_request' | 'request_changed' | 'twice' }
  /** Counted, and `left` more are needed. */
  | { kind: 'counted'; left: number }
  | { kind: 'approved' };

/**
 * Whether one person's yes counts, and whether it is the last that was needed. The requester's own yes counts only where the
 * policy asks for nobody else, or behind broken glass. Only approvals of the present request hash count: an edit voids them.
 */
export function judgeApproval(question: ApprovalQuestion, approval: Approval, nowMs: number): ApprovalVerdict {
  if (question.state !== 'requested') return { kind: 'refused', why: 'not_open' };
  if (nowMs >= question.lapsesAtMs) return { kind: 'refused', why: 'lapsed' };
  if (approval.requestHash !== question.requestHash) return { kind: 'refused', why: 'request_changed' };
  const alone = question.approversNeeded === 0 || question.breakGlass;
  if (approval.personId === question.requesterId) {
    return alone ? { kind: 'approved' } : { kind: 'refused', why: 'own_request' };
  }
  const valid = new Set(question.approvals.filter((one) => one.requestHash === question.requestHash).map((one) => one.personId));
  valid.delete(question.requesterId);
  if (valid.has(approval.personId)) return { kind: 'refused', why: 'twice' };
  const left = question.approversNeeded - valid.size - 1;
  return left > 0 ? { kind: 'counted', left } : { kind: 'approved' };
}

/** Whether this person may close the review: everyone who may review but the one who broke the glass. */
export function mayCloseReview(question: { state: OverrideState; requesterId: string }, personId: string): boolean {
  return question.state === 'review_due' && personId !== question.requesterId;
}

/** The state that an ended override rests in: a break-glass is always reviewed. */
export function restingState(ended: 'used' | 'expired' | 'revoked', breakGlass: boolean): OverrideState {
  return breakGlass ? (applyOverrideEvent(ended, 'demand_review') ?? ended) : ended;
}

export const REVIEW_WITHIN_MS = 24 * 3_600_000;

/** When an approved override ends: its duration, and never past the end of the window that is open. */
export function endOfOverride(approvedAtMs: number, durationSeconds: number, windowEndsAtMs: number | null): number {
  const endMs = approvedAtMs + durationSeconds * 1000;
  return windowEndsAtMs === null ? endMs : Math.min(endMs, windowEndsAtMs);
}
