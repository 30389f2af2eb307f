/** What of a snapshot can be put back, and how: its image to the other slot, or its files alone under the version that runs. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { STATE_PARTS, type StatePart } from '#/protocol/mqtt/recovery';
import type { Snapshot } from '../db/generated/client';

/** Each part once. */
export const restoredPartsSchema = z
  .array(z.enum(STATE_PARTS))
  .min(1)
  .transform((parts) => [...new Set(parts)]);

type Row = Pick<Snapshot, 'id' | 'state' | 'bootable' | 'sha256' | 'version' | 'contents'>;
/** What its agent has said of itself. */
export type RestoringGateway = { restoresFiles: boolean; agentVersion: string | null };

/** `files`: there is no image in it that can be booted. */
export type Restorable = { way: 'image' | 'files'; parts: StatePart[]; version: string; sha256: string };

export function judgeRestorable(
  row: Row,
  gateway: RestoringGateway,
): { restorable: Restorable; why: null } | { restorable: null; why: string } {
  const no = (why: string) => ({ restorable: null, why });
  const parts = STATE_PARTS.filter((part) => row.contents.includes(part));
  if (row.state !== 'ready') return no(`it is ${row.state}`);
  if (!row.bootable && parts.length === 0) return no('it holds no image that can be booted, and neither data nor configuration');
  const { version, sha256 } = row;
  if (version === null || sha256 === null) return no('the gateway has not said what it holds');
  if (row.bootable) return { restorable: { way: 'image', parts, version, sha256 }, why: null };
  if (!gateway.restoresFiles) {
    const agent = gateway.agentVersion === null ? '' : ` ${gateway.agentVersion}`;
    return no(
      `it holds no image that can be booted, and the gateway’s agent${agent} is too old to put files back by itself: install a newer version there first`,
    );
  }
  return { restorable: { way: 'files', parts, version, sha256 }, why: null };
}

/** ROLLBACK_NOT_AVAILABLE (OTA_012) with the reason, for one that cannot be put back. */
export function requireRestorable(row: Row, gateway: RestoringGateway): Restorable {
  const { restorable, why } = judgeRestorable(row, gateway);
  if (restorable !== null) return restorable;
  throw new DomainError(
    'ROLLBACK_NOT_AVAILABLE',
    `Snapshot ${row.id} cannot be restored: ${why}.`,
    { reason: why, snapshot_id: row.id, state: row.state, bootable: row.bootable },
    ['Choose another snapshot'],
  );
}

/** VALIDATION_FAILED for parts that it does not hold, and for an image: that and its files come back together. */
export function chooseParts(id: string, restorable: Restorable, wanted: readonly StatePart[] | undefined): Restorable {
  if (wanted === undefined) return restorable;
  const parts = restorable.parts.filter((part) => wanted.includes(part));
  if (restorable.way === 'files' && parts.length === wanted.length) return { ...restorable, parts };
  const message =
    restorable.way === 'image'
      ? `Snapshot ${id} holds an image: it is restored as a whole.`
      : `Snapshot ${id} holds ${partsWords(restorable.parts).toLowerCase()} only.`;
  throw new DomainError('VALIDATION_FAILED', message, {
    fields: [{ path: 'parts', message: 'not in this snapshot, or not apart from its image' }],
  });
}

/** "Data and configuration", as the begin of a sentence. */
export function partsWords(parts: readonly StatePart[]): string {
  return parts.length > 1 ? 'Data and configuration' : parts[0] === 'data' ? 'Data' : 'Configuration';
}
