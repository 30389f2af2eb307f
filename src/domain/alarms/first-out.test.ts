import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BURST_MS, groupOffline, type OfflineGateway } from './first-out';

const gateways = (times: readonly number[]): OfflineGateway[] =>
  times.map((sinceMs, n) => ({ gatewayId: `g${String(n).padStart(3, '0')}`, name: `GW-${n}`, sinceMs }));
const away = fc.array(fc.integer({ min: 0, max: 20 * BURST_MS }), { maxLength: 60 }).map(gateways);
/** The rule said again, slowly: whether some stretch of BURST_MS holds most of the site. */
const hasBurst = (total: number, offline: readonly OfflineGateway[]) =>
  offline.some(
    ({ sinceMs }) =>
      offline.filter((one) => one.sinceMs >= sinceMs && one.sinceMs <= sinceMs + BURST_MS).length >= Math.max(3, Math.floor(total / 2) + 1),
  );

describe('grouping', () => {
  it('eighty gateways behind one dead link are one alarm that names the first', () => {
    const offline = gateways(Array.from({ length: 80 }, (_, n) => 1_000_000 + ((n * 37) % 80) * 1000));
    const { site, single } = groupOffline(80, offline, null);
    expect(single).toEqual([]);
    expect(site?.members).toHaveLength(80);
    expect(site?.first.sinceMs).toBe(1_000_000);
  });

  it('one that had gone long before is not a member', () => {
    const offline = gateways([0, 10 * BURST_MS, 10 * BURST_MS + 1, 10 * BURST_MS + 2]);
    const { site, single } = groupOffline(5, offline, null);
    expect(site?.first.gatewayId).toBe('g001');
    expect(single.map((one) => one.gatewayId)).toEqual(['g000']);
  });

  it.each([
    ['two of two are no site', 2, [0, 0]],
    ['half of a site is not most of it', 6, [0, 0, 0]],
    ['those who went one by one', 4, [0, 2 * BURST_MS, 4 * BURST_MS, 6 * BURST_MS]],
  ])('%s', (_what, total, times) => expect(groupOffline(total, gateways(times), null).site).toBeNull());

  it('stands until a quarter is left, and then the rest have alarms of their own', () => {
    expect(groupOffline(8, gateways([5, 5, 5]), 5).site?.members).toHaveLength(3);
    expect(groupOffline(8, gateways([5]), 5)).toEqual({ site: null, single: gateways([5]) });
  });

  it('loses nobody, names nobody twice, and does not care about the order (property)', () => {
    fc.assert(
      fc.property(
        away,
        fc.integer({ min: 0, max: 40 }),
        fc.option(fc.integer({ min: 0, max: 20 * BURST_MS })),
        (offline, more, standing) => {
          const total = offline.length + more;
          const grouping = groupOffline(total, offline, standing);
          const named = [...(grouping.site?.members ?? []), ...grouping.single].map((one) => one.gatewayId);
          expect(named.sort()).toEqual(offline.map((one) => one.gatewayId).sort());
          if (standing === null) expect(grouping.site !== null).toBe(hasBurst(total, offline));
          if (grouping.site) {
            expect(grouping.site.first).toEqual(grouping.site.members[0]);
            expect(Math.min(...grouping.site.members.map((one) => one.sinceMs))).toBe(grouping.site.first.sinceMs);
          }
          expect(groupOffline(total, [...offline].reverse(), standing)).toEqual(grouping);
        },
      ),
    );
  });

  it('once it stands, a further gateway that goes never ends it (property)', () => {
    fc.assert(
      fc.property(away, fc.integer({ min: 0, max: 40 }), (offline, more) => {
        const total = offline.length + more + 1;
        const { site } = groupOffline(total, offline, null);
        if (!site) return;
        const another = { gatewayId: 'x', name: 'x', sinceMs: 21 * BURST_MS };
        expect(groupOffline(total, [...offline, another], site.first.sinceMs).site?.first).toEqual(site.first);
      }),
    );
  });
});
