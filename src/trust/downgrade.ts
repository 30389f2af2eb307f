/** May this image go below the rollback floor of this gateway: one answer, by the server before it orders it and by the agent before it writes it. */
import { compareVersions, parseVersion } from '#/domain/releases/version';
import { type DowngradePermit, downgradePermitSchema } from '#/protocol/trust/keyring';

export type Downgrade = {
  gatewayId: string;
  /** What the gateway runs; null: not known. */
  runningVersion: string | null;
  version: string;
  sha256: string;
  nowMs: number;
};

/** A version that is none is below every floor. */
export function isBelowFloor(version: string, floor: string): boolean {
  return parseVersion(version) === null || compareVersions(version, floor) < 0;
}

/** What a signed text permits; null: it is no permission to downgrade. */
export function readPermit(text: string): DowngradePermit | null {
  try {
    const parsed = downgradePermitSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Why a permission is not for this downgrade; null: it is. Who signed it is another question. */
export function permitFault(permit: DowngradePermit, asked: Downgrade): string | null {
  if (permit.gatewayId !== null && permit.gatewayId !== asked.gatewayId) return 'the permission is for another gateway';
  if (permit.sha256 !== asked.sha256 || permit.toVersion !== asked.version) return 'the permission is for another image';
  if (permit.fromVersion !== asked.runningVersion) return `the permission is for gateways that run ${permit.fromVersion}`;
  return Date.parse(permit.expiresAt) <= asked.nowMs ? 'the permission has expired' : null;
}
