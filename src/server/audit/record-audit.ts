import type { Actor } from '../access/actor';
import type { Tx } from '../db/client';

/** Every event name with the shape of its data. A new event is a new line here. */
export type AuditData = {
  'session.signed_in': Record<string, never>;
  'session.refused': { why: string };
  'token.created': { name: string; prefix: string; gatewayId: string | null };
  'token.revoked': { name: string; prefix: string };
  'user.created': { email: string };
  'user.changed': { fields: string[] };
  'user.role_granted': { role: string; siteCode: string | null };
  'user.role_revoked': { role: string; siteCode: string | null };
  'site.created': { code: string; timezone: string };
  'release.published': { version: string; channel: string; type: string; severity: string; sha256: string; sizeBytes: number };
  'release.withdrawn': { version: string };
  'release.drafted': { version: string; sha256: string; uploadId: string };
  'release.edited': { version: string; fields: string[] };
  'release.promoted': { version: string; from: string; to: string };
  'sbom.uploaded': { version: string; sha256: string; sizeBytes: number; components: number };
  'upload.judged': { fileName: string; status: string; error: string | null; sha256: string | null };
  'downloads.limited': { bytesPerSecond: number | null };
  'upload.started': { fileName: string; sizeBytes: number; declaredSha256: string | null };
  'upload.received': { fileName: string; sha256: string; sizeBytes: number };
  'upload.ended': { state: string };
  'gateway.created': { name: string; serialNumber: string };
  'gateway.enrolment_issued': { expiresAt: string };
  'gateway.enrolled': { serialNumber: string };
  'settings.changed': { changes: Record<string, { old: unknown; new: unknown }>; version: number };
  'job.created': { version: string; targetSlot: string; intent: string; strategy: string | null; operation: string };
  'job.install_requested': { strategy: string };
  'job.cancel_requested': { reason: string };
  'job.pause_requested': { reason: string };
  'job.resume_requested': { reason: string };
  'job.decided': { decision: string; version: string };
  'job.superseded': { by: string };
  'job.state_changed': { from: string; to: string; message: string };
  'gateway.fell_back': { expectedVersion: string | null; bootedVersion: string | null };
  'recovery.approved': { approvals: number; needed: number };
  'snapshot.ordered': { gatewayId: string; name: string; type: string; contents: string[]; jobId: string | null };
  'snapshot.deleted': { gatewayId: string; name: string; why: string };
  'snapshot.changed': { gatewayId: string; from: string; to: string };
  'bundle.ordered': { gatewayId: string; kind: string; contents: string[]; expiresAt: string };
  'bundle.received': { gatewayId: string; sizeBytes: number; sha256: string; redactions: number | null };
  'bundle.failed': { gatewayId: string; message: string };
  'bundle.downloaded': { gatewayId: string; sizeBytes: number; sha256: string };
  'bundle.deleted': { gatewayId: string; why: string };
  'job.failed_by_deadline': { state: string };
  'command.refused': { commandId: string; code: string };
  'alarm.acknowledged': { key: string; members: number };
  'alarm.shelved': { key: string; until: string };
  'alarm.unshelved': { key: string };
  'channel.created': { name: string; type: string };
  'channel.changed': { name: string; fields: string[] };
  'channel.deleted': { name: string };
  'channel.tested': { name: string };
  'pin.set': { first: boolean };
  'pin.verified': { purpose: string };
  'pin.refused': { purpose: string; why: string; wrongInARow: number };
  'pin.disabled': { why: string };
  'pin.rebind_allowed': { until: string };
  'password.refused': { purpose: string };
  'policy.changed': { version: number; note: string; changes: { path: string; old: unknown; new: unknown }[] };
  'override.requested': { constraints: string[]; bounds: unknown; durationSeconds: number; requestHash: string; breakGlass: boolean };
  'override.approval_given': { requestHash: string; left: number };
  'override.approved': { requestHash: string; expiresAt: string; grants: string[]; alone: boolean };
  'override.break_glass': { reviewDueAt: string };
  'override.state_changed': { from: string; to: string };
  'override.grant_offered': { grantId: string; constraint: string; offer: number };
  'override.grant_reported': { grantId: string; state: string; code: string; observed: unknown };
  'override.review_overdue': { reviewDueAt: string };
  'override.reviewed': { text: string };
  'signature.checked': { kind: string; verdict: string; covers: string | null; keyFingerprint: string | null; reason: string };
  'signature.set_aside': { kind: string; verdict: string; keyFingerprint: string | null; reason: string };
  'trust.key_added': { kind: string; label: string; purposes: string[] };
  'trust.key_retired': { releases: string[] };
  'trust.key_revoked': { releases: string[] };
  'trust.list_added': { issuer: string; entries: number; thisUpdateAt: string };
  'downgrade.permitted': { version: string; fromVersion: string; gatewayId: string | null; expiresAt: string; keyFingerprint: string };
  'downgrade.permit_ended': { version: string; fromVersion: string; gatewayId: string | null; expiresAt: string; keyFingerprint: string };
  'trust.rotated': { version: number; gateways: number; signer: string | null };
};

export type AuditInput<N extends keyof AuditData = keyof AuditData> = {
  name: N;
  objectType:
    | 'job'
    | 'gateway'
    | 'site'
    | 'release'
    | 'user'
    | 'token'
    | 'session'
    | 'override'
    | 'alarm'
    | 'channel'
    | 'snapshot'
    | 'bundle'
    | 'upload'
    | 'artifact'
    | 'trust_key';
  objectId: string;
  siteId?: string | null;
  result?: 'ok' | 'refused';
  reason?: string;
  data: AuditData[N];
};

/** Writes an audit event in the transaction of what it records. No secret, PIN or token ever goes into `data`. */
export async function recordAudit<N extends keyof AuditData>(tx: Tx, actor: Actor, event: AuditInput<N>): Promise<void> {
  await tx.auditEvent.create({
    data: {
      name: event.name,
      actorType: actor.type,
      actorId: actor.id,
      actorName: actor.name,
      ip: actor.ip,
      objectType: event.objectType,
      objectId: event.objectId,
      siteId: event.siteId ?? null,
      result: event.result ?? 'ok',
      reason: event.reason ?? null,
      data: event.data as object,
      requestId: actor.requestId,
    },
  });
}
