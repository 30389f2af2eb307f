/** What must be true of gateway, release and slot before a job may be created. */
import { isAllowed } from '#/domain/access/grants';
import { DomainError } from '#/domain/errors/domain-error';
import type { SlotId } from '#/domain/jobs/job-options';
import { imageProblems } from '#/domain/releases/release-fit';
import { meetsPrerequisite } from '#/domain/releases/version';
import { type Actor, requirePermission } from '../access/actor';
import type { Db, Tx } from '../db/client';
import { demandsOf, factsOf } from '../releases/image-demands';
import { requireAboveFloor } from '../trust/rollback-floor';
import { contentOf } from './slot-content';

/** Room that stays free beside a download (domain/safety: disk_space, hard limit). */
const SPARE_BYTES = 64 * 1_048_576;

export type TargetRequest = {
  gatewayId: string;
  releaseId: string;
  version?: string | undefined;
  targetSlot?: SlotId | undefined;
};
export type CheckedTarget = Awaited<ReturnType<typeof checkTarget>>;

/** The gateway of an order, when the actor may give it. Throws GATEWAY_NOT_FOUND and FORBIDDEN. */
export async function readTargetGateway(db: Db | Tx, actor: Actor, gatewayId: string) {
  const gateway = await db.gateway.findUnique({
    where: { id: gatewayId },
    include: { slots: true, vitals: true, site: { select: { timezone: true } } },
  });
  const visible =
    gateway && isAllowed(actor.grants, 'gateway.read', gateway.siteId) && (actor.gatewayId === null || actor.gatewayId === gateway.id);
  if (!gateway || !visible) {
    throw new DomainError('GATEWAY_NOT_FOUND', 'There is no such gateway, or you may not see it.', { gateway_id: gatewayId });
  }
  requirePermission(actor, 'job.start', gateway.siteId);
  return gateway;
}
type TargetGateway = Awaited<ReturnType<typeof readTargetGateway>>;

/** The slot that an image may go to. Throws NETWORK_UNAVAILABLE and INVALID_TARGET_PARTITION. */
export function requireInactiveSlot(gateway: TargetGateway, wanted?: SlotId | undefined): SlotId {
  const active = gateway.activeSlot === 'A' || gateway.activeSlot === 'B' ? gateway.activeSlot : null;
  if (active === null)
    throw new DomainError('NETWORK_UNAVAILABLE', 'The gateway has not reported its partitions yet.', { gateway_id: gateway.id }, [
      'Wait until it has connected once',
    ]);
  const inactive: SlotId = active === 'A' ? 'B' : 'A';
  const targetSlot = wanted ?? inactive;
  if (targetSlot !== inactive) {
    throw new DomainError(
      'INVALID_TARGET_PARTITION',
      `Partition ${targetSlot} is the running one; an update goes to partition ${inactive}.`,
      { target_partition: targetSlot, active_partition: active, inactive_partition: inactive },
      [`Use partition ${inactive}`],
    );
  }
  return targetSlot;
}

/** Throws INSUFFICIENT_DISK_SPACE when the slot is too small for the image, or the data partition for its file. */
export function requireSpace(
  gateway: TargetGateway,
  targetSlot: SlotId,
  image: { version: string; sizeBytes: number; contentBytes: number },
): void {
  const { version, sizeBytes, contentBytes } = image;
  const slotBytes = Number(gateway.slots.find((slot) => slot.id === targetSlot)?.sizeBytes ?? contentBytes);
  if (contentBytes > slotBytes) {
    throw new DomainError('INSUFFICIENT_DISK_SPACE', `Partition ${targetSlot} takes ${slotBytes} bytes; ${version} has ${contentBytes}.`, {
      required_bytes: contentBytes,
      available_bytes: slotBytes,
    });
  }
  const freeBytes = gateway.vitals === null ? null : Number(gateway.vitals.diskFreeBytes);
  if (freeBytes !== null && freeBytes < sizeBytes + SPARE_BYTES) {
    throw new DomainError(
      'INSUFFICIENT_DISK_SPACE',
      'The gateway has not enough free space for the download.',
      { required_bytes: sizeBytes + SPARE_BYTES, available_bytes: freeBytes },
      ['Free space on the gateway'],
    );
  }
}

/** Gateway and release of a request, checked in the order in which a person can act on the answers. */
export async function checkTarget(db: Db | Tx, actor: Actor, request: TargetRequest) {
  const gateway = await readTargetGateway(db, actor, request.gatewayId);
  const release = await db.release.findUnique({ where: { id: request.releaseId }, include: { artifact: true } });
  if (release?.state !== 'published') {
    throw new DomainError('NOT_FOUND', 'There is no such update, or it was withdrawn.', { update_id: request.releaseId }, [
      'Check for updates again',
    ]);
  }
  // Nothing overrides a bad signature, not even `verify_signature: false`: that lets an image through that has none.
  if (release.signature === 'invalid') {
    throw new DomainError(
      'SIGNATURE_INVALID',
      `No signature of ${release.version} counts: its key may have been revoked.`,
      { update_id: release.id },
      ['Ask a key officer'],
    );
  }
  if (request.version !== undefined && request.version !== release.version) {
    throw new DomainError('VALIDATION_FAILED', `This update is version ${release.version}, not ${request.version}.`, {
      fields: [{ path: 'version', message: `must be ${release.version}` }],
    });
  }
  const targetSlot = requireInactiveSlot(gateway, request.targetSlot);
  if (release.hardware.length > 0 && !release.hardware.includes(gateway.hardwareRevision)) {
    throw new DomainError('VALIDATION_FAILED', `${release.version} does not fit hardware ${gateway.hardwareRevision}.`, {
      hardware: release.hardware,
      hardware_revision: gateway.hardwareRevision,
    });
  }
  const missing = release.prerequisites.filter((wanted) => gateway.activeVersion === null || !isMet(gateway.activeVersion, wanted));
  if (missing.length > 0) {
    throw new DomainError(
      'VALIDATION_FAILED',
      `${release.version} needs ${missing.join(', ')}; the gateway runs ${gateway.activeVersion ?? 'an unknown version'}.`,
      { prerequisites: missing, active_version: gateway.activeVersion },
    );
  }
  const demands = demandsOf(release.artifact.facts);
  const [problem] = demands === null ? [] : imageProblems(demands, gateway);
  if (problem !== undefined)
    throw new DomainError('VALIDATION_FAILED', `${release.version} does not fit: ${problem}.`, {
      hardware_revision: gateway.hardwareRevision,
      active_version: gateway.activeVersion,
    });
  const content = contentOf(release.artifact);
  const found = factsOf(release.artifact.facts)?.version ?? release.version;
  // Of a compressed image nobody could see it when the release was made.
  if (content.packed !== undefined && found !== release.version)
    throw new DomainError('INVALID_UPDATE_FILE', `The image says that it is ${found}, not ${release.version}.`, { update_id: release.id });
  const permit = await requireAboveFloor(db, { gateway, version: release.version, sha256: release.artifactSha256 });
  const sizeBytes = Number(release.artifact.sizeBytes);
  requireSpace(gateway, targetSlot, { version: release.version, sizeBytes, contentBytes: content.sizeBytes });
  return { gateway, release, targetSlot, sizeBytes, permit };
}

/** A version that is none satisfies nothing. */
function isMet(version: string, wanted: string): boolean {
  try {
    return meetsPrerequisite(version, wanted);
  } catch {
    return false;
  }
}
