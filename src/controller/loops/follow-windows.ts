import { getDb } from '#/server/db/client';
import { hint } from '#/server/db/hint';
import { gatewaysPastWindowEdge, refreshGatewayStatus } from '#/server/jobs/gateway-status';
import { eachByItself } from './each-by-itself';

/** Brings the status of gateways up to date whose maintenance window has opened or closed; returns how many. */
export async function followWindows(): Promise<number> {
  return eachByItself('window edges', await gatewaysPastWindowEdge(getDb()), ({ id, siteId }) =>
    getDb().$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Gateway" WHERE id = ${id}::uuid FOR UPDATE`;
      await refreshGatewayStatus(tx, id);
      await hint(tx, { kind: 'gateway', gatewayId: id, siteId });
      return 1;
    }),
  );
}
