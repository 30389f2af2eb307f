import { describe, expect, it } from 'vitest';
import { getDb } from '#/server/db/client';
import { makeOverrideWorld, putCalmSignals } from '#/server/overrides/testing/override-world';
import { judgeGateways } from './judge-gateways';

describe('the safety board’s rows', () => {
  it('begin with the block, keep their time, end with it', async () => {
    const { gateway } = await makeOverrideWorld();
    const heard = [{ gatewayId: gateway.id, heardAtMs: Date.now() }];
    await judgeGateways(heard);
    const rows = () => getDb().safetyBlock.findMany({ where: { gatewayId: gateway.id } });
    const [first] = await rows();
    expect(first).toMatchObject({ constraint: 'ups_battery', level: 'soft', stale: false });
    await putCalmSignals(gateway.id, 10);
    await judgeGateways(heard);
    expect(await rows()).toMatchObject([{ level: 'hard', since: first?.since }]);
    await putCalmSignals(gateway.id, 90);
    await judgeGateways(heard);
    expect(await rows()).toEqual([]);
  });
});
