/** (d) What the pages ask of the database, on ten thousand gateways. */
import { systemActor } from '#/server/access/actor';
import { getPool } from '#/server/db/client';
import { type BrowseGatewaysInput, browseGateways, browseGatewaysSchema } from '#/server/gateways/browse-gateways';
import { fleetAttention } from '#/server/gateways/fleet-attention';
import { fleetRunning } from '#/server/gateways/fleet-running';
import { fleetSummary } from '#/server/gateways/fleet-summary';
import { gatewayFacets } from '#/server/gateways/gateway-facets';
import { searchGateways } from '#/server/gateways/search-gateways';
import { browseJobs, browseJobsSchema } from '#/server/jobs/browse-jobs';
import { searchComponents, searchComponentsSchema } from '#/server/sbom/search-components';
import { seedStress } from '../prisma/seed/stress';
import type { Figure } from './world/figure';
import { seedSoftware } from './world/seed-software';
import { percentile } from './world/statistics';
import type { World } from './world/world';

const WARM_UP = 3;

export async function benchQueries(world: World): Promise<Figure[]> {
  const seeded = await seedStress({ gateways: world.quick ? 500 : 10_000 });
  const rounds = world.quick ? 5 : 100;
  const actor = systemActor('bench');
  const list = (input: Partial<BrowseGatewaysInput>) => () => browseGateways(actor, browseGatewaysSchema.parse(input));
  const deep = await cursorOf(actor, 10);
  const queries: [string, () => Promise<unknown>][] = [
    ['list: first page by name', list({})],
    ['list: eleventh page by name', list({ cursor: deep })],
    ['list: by site, descending', list({ sort: { by: 'site', desc: true } })],
    ['list: by status', list({ sort: { by: 'status', desc: false } })],
    ['list: by version, descending', list({ sort: { by: 'version', desc: true } })],
    ['list: by network', list({ sort: { by: 'network', desc: false } })],
    ['list: by last seen, descending', list({ sort: { by: 'lastSeen', desc: true } })],
    ['filter: one site', list({ filter: { siteCode: 'X03' } })],
    ['filter: status updating', list({ filter: { status: ['updating'] } })],
    ['filter: status online and blocked', list({ filter: { status: ['online'], safetyBlocked: true } })],
    ['filter: text in names', list({ filter: { text: 'GW1' } })],
    ['filter: text that no one has', list({ filter: { text: 'no such gateway' } })],
    ['facets of the filter', () => gatewayFacets(actor)],
    ['search (command palette)', () => searchGateways(actor, 'STS0')],
    ['overview: summary', () => fleetSummary(actor, {})],
    ['overview: what needs attention', () => fleetAttention(actor, {})],
    ['overview: what runs now', () => fleetRunning(actor, {})],
    ['overview: all three at once', () => Promise.all([fleetSummary(actor, {}), fleetAttention(actor, {}), fleetRunning(actor, {})])],
    ['jobs: first page', () => browseJobs(actor, browseJobsSchema.parse({}))],
  ];
  const one = await sample(rounds * 5, () => getPool().query('SELECT 1'));
  const reference = { what: 'SELECT 1, p95', value: percentile(one, 0.95), unit: 'ms' };
  const figures: Figure[] = [];
  const measure = async (name: string, query: () => Promise<unknown>, more = '') => {
    const times = await sample(rounds, query);
    const note = `p50 ${percentile(times, 0.5).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms${more}`;
    figures.push({ group: 'd', what: `${name}, p95`, value: percentile(times, 0.95), unit: 'ms', aim: { atMost: 50 }, reference, note });
  };
  for (const [name, query] of queries) await measure(name, query);
  // Last: what it brings is not to be in the way of the others.
  const components = await seedSoftware(world.quick ? 20 : 300);
  const wanted = searchComponentsSchema.parse({ name: 'package-7', operator: '<', version: '1:5.7-1' });
  await measure('software: gateways that run a package older than', () => searchComponents(actor, wanted), `; ${components} components`);
  const rows = `${seeded?.gateways ?? 0} gateways, ${seeded?.jobs ?? 0} jobs`;
  return figures.map((figure, index) => (index === 0 ? { ...figure, note: `${figure.note}; ${rows}` } : figure));
}

async function sample(rounds: number, query: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const startMs = performance.now();
    await query();
    if (round >= 0) times.push(performance.now() - startMs);
  }
  return times;
}

async function cursorOf(actor: ReturnType<typeof systemActor>, pages: number): Promise<BrowseGatewaysInput['cursor']> {
  let cursor: BrowseGatewaysInput['cursor'] = null;
  for (let page = 0; page < pages; page += 1) {
    const { nextCursor } = await browseGateways(actor, browseGatewaysSchema.parse({ cursor }));
    if (nextCursor === null) return cursor;
    cursor = nextCursor;
  }
  return cursor;
}
