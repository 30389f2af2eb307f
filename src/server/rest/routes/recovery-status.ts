import { recoveryStatusSchema } from '#/protocol/rest/recovery';
import { gatewayQuery } from '#/protocol/rest/values';
import { readRecovery } from '../../recovery/read-recovery';
import { defineRoute } from '../route';
import { sizeText, wireTime, wireTimeOrNull } from '../wire-text';

export const recoveryStatusRoute = defineRoute({
  method: 'GET',
  path: '/recovery/status',
  tag: 'Recovery',
  summary: 'Recovery image, snapshots, and what is possible',
  permission: 'gateway.read',
  query: gatewayQuery,
  body: null,
  response: recoveryStatusSchema,
  run: async ({ actor, gateway }) => {
    const { image, snapshots, rollback, rules, limits } = await readRecovery(actor, (await gateway()).id);
    return {
      recovery_image: {
        present: image?.present ?? null,
        version: image?.version ?? null,
        size: image?.sizeBytes == null ? null : sizeText(image.sizeBytes),
        size_bytes: image?.sizeBytes ?? null,
        checksum: image?.sha256 ? `sha256:${image.sha256}` : null,
        last_updated: wireTimeOrNull(image?.updatedAt ?? null),
      },
      snapshots: snapshots.map((one) => ({
        id: one.id,
        name: one.name,
        timestamp: wireTime(one.createdAt),
        version: one.version,
        type: one.type,
        size: one.sizeBytes === null ? null : sizeText(one.sizeBytes),
        size_bytes: one.sizeBytes,
        description: one.description ?? one.name,
        partition: one.slot,
        bootable: one.bootable,
        restores: one.restores?.way ?? null,
        not_restorable: one.notRestorable,
        state: one.state === 'damaged' ? ('damaged' as const) : ('ready' as const),
        contents: one.contents,
        checksum: one.sha256 === null ? null : `sha256:${one.sha256}`,
        expires_at: wireTimeOrNull(one.expiresAt),
      })),
      recovery_options: {
        rollback_enabled: rollback.slot !== null,
        rollback_reason: rollback.why,
        snapshot_enabled: snapshots.filter((one) => one.type === 'manual').length < limits.maxSnapshots,
        factory_reset_enabled: rules.factoryReset,
        max_snapshots: limits.maxSnapshots,
        snapshot_retention_days: limits.retentionDays.manual,
        automatic_retention_days: limits.retentionDays.automatic,
      },
    };
  },
});
