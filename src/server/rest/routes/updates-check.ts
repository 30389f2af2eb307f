import type { z } from 'zod';
import { checkQuerySchema, checkResponseSchema } from '#/protocol/rest/updates';
import { getEnv } from '../../config/env';
import { type AvailableUpdate, checkUpdates } from '../../releases/check-updates';
import { nextCheck } from '../../releases/next-check';
import { defineRoute } from '../route';
import { scaledSize, wireTime } from '../wire-text';

type Offered = z.input<typeof checkResponseSchema>['updates'][number];

export const updatesCheckRoute = defineRoute({
  method: 'GET',
  path: '/updates/check',
  tag: 'Updates',
  summary: 'Updates that are newer than what the gateway runs',
  permission: 'update.check',
  query: checkQuerySchema,
  body: null,
  response: checkResponseSchema,
  run: async ({ actor, query, gateway }) => {
    const { id } = await gateway();
    // The catalogue is this server's own: every check looks anew, with `force` and without.
    const check = await checkUpdates(actor, { gatewayId: id, channel: query.channel });
    return {
      status: 'success' as const,
      updates: check.updates.map(presentUpdate),
      last_checked: wireTime(check.checkedAt),
      next_check: wireTime(nextCheck(check.checkedAt)),
    };
  },
});

function presentUpdate(update: AvailableUpdate): Offered {
  return {
    id: update.id,
    version: update.version,
    type: update.type as Offered['type'],
    severity: update.severity as Offered['severity'],
    ...scaledSize(update.sizeBytes),
    released: update.releasedAt.toISOString().slice(0, 10),
    description: update.description,
    changelog: update.changelog,
    signature: update.signature as Offered['signature'],
    compatible: update.compatible,
    prerequisites: update.prerequisites,
    checksum: `sha256:${update.sha256}`,
    download_url: new URL(`/device/v1/artifacts/${update.sha256}`, getEnv().PUBLIC_URL).href,
  };
}
