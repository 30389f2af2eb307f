import type { Hold } from '#/domain/jobs/hold';
import { constraintStatus, waitMs } from '#/domain/safety/constraint-status';
import { DomainError } from '#/domain/errors/domain-error';
import type { Evaluation } from '#/domain/safety/evaluate';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import { holdOfVerdict } from './holds-of';

/** UPDATE_BLOCKED (OTA_002) with the seed's details, about the first of what blocks; `holds` names all. */
export function blockedError(evaluation: Evaluation & { signals: SignalSet }, policy: SafetyPolicy, nowMs: number): DomainError {
  const { signals, blocking } = evaluation;
  const first = blocking[0];
  const sample = first && signals[first.constraint];
  // With several at once the longest counts; one of which nobody knows makes the whole unknown.
  const waits = blocking.map((verdict) => waitMs(verdict, signals, policy, nowMs));
  const wait = waits.every((ms) => ms !== null) ? Math.max(0, ...waits) : null;
  return new DomainError(
    'UPDATE_BLOCKED',
    `Update blocked by safety constraints: ${first?.reason ?? 'an interlock holds'}.`,
    {
      constraint: first?.constraint,
      status: first ? constraintStatus(first, signals) : 'unknown',
      detected_at: new Date(sample ? Date.parse(sample.sampledAt) : nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      resolution: first ? `Wait until ${first.clearsWhen}` : 'Wait',
      ...(wait === null ? {} : { estimated_wait: new Date(wait).toISOString().slice(11, 19) }),
      blocked_by: blocking.map((verdict) => verdict.constraint),
      holds: blocking.map(holdOfVerdict),
    },
    ['Wait for operations to complete', 'Schedule update during maintenance window', 'Choose the strategy seamless: it waits by itself'],
  );
}

/** UPDATE_BLOCKED (OTA_002) because other cranes are being updated. */
export function concurrencyError(holds: readonly Hold[]): DomainError {
  const first = holds[0];
  return new DomainError(
    'UPDATE_BLOCKED',
    `Update blocked: ${first?.message ?? 'other cranes are being updated'}.`,
    { constraint: 'concurrency', status: 'busy', resolution: `Wait until ${first?.clearsWhen}`, blocked_by: ['concurrency'], holds },
    ['Wait for operations to complete', 'Choose the strategy seamless: it waits by itself'],
  );
}
