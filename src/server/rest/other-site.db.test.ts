/**
 * Walks every route as programs whose person holds a role at one site, with the ids of another: nothing may leak and
 * nothing may change. A route that is not in the list fails the test.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '#/domain/access/roles';
import { fingerprintOf, type ForeignSite, makeForeignSite } from '../testing/foreign-site';
import { makeGateway } from '../testing/fleet-rows';
import { ROUTES } from './route-table';
import { call, tokenOf } from './testing/rest-world';

type Ask = (foreign: ForeignSite) => { query?: string; body?: object };
const ofGateway: Ask = ({ gateway }) => ({ query: `gateway_id=${gateway.id}` });
const withJob: Ask = ({ job, gateway }) => ({ body: { job_id: job.id, gateway_id: gateway.id, reason: 'A reason that is long enough' } });

const REFUSED: Record<string, Ask> = {
  'GET /gateway/status': ofGateway,
  'GET /updates/check': ofGateway,
  'GET /updates/progress': ({ job }) => ({ query: `job_id=${job.id}` }),
  'GET /settings': ofGateway,
  'GET /safety/status': ofGateway,
  'GET /recovery/status': ofGateway,
  'POST /recovery/rollback': ({ gateway }) => ({
    body: { gateway_id: gateway.id, action: 'rollback_to_b', reason: 'A reason that is long enough' },
  }),
  'POST /recovery/restore': ({ gateway, snapshot }) => ({
    body: { gateway_id: gateway.id, version: 'v0.9.0', snapshot_id: snapshot.id, target_partition: 'B' },
  }),
  'POST /recovery/factory': ({ gateway }) => ({
    body: { gateway_id: gateway.id, pin: '482915', confirm: true, reset_type: 'config', reason: 'A reason that is long enough' },
  }),
  'POST /monitor/snapshot': ({ gateway }) => ({ body: { gateway_id: gateway.id, name: 'Mine' } }),
  'GET /monitor/logs': ofGateway,
  'GET /monitor/status': ofGateway,
  'GET /monitor/debug': ofGateway,
  'GET /monitor/debug/download/{bundle_id}.tar.gz': () => ({}),
  'GET /jobs': ofGateway,
  'GET /history/updates': ofGateway,
  'POST /updates/download': ({ gateway, release }) => ({
    body: { gateway_id: gateway.id, update_id: release.id, version: release.version, target_partition: 'B' },
  }),
  'POST /updates/install': ({ job }) => ({ body: { job_id: job.id, strategy: 'seamless', reboot_after: true } }),
  'POST /upload/deploy': ({ gateway, upload }) => ({
    body: { gateway_id: gateway.id, filename: upload.fileName, version: 'v1.2.3', target_partition: 'B' },
  }),
  'POST /settings/update': ({ gateway }) => ({ body: { gateway_id: gateway.id, update_strategy: 'maintenance' } }),
  'POST /safety/override': ({ gateway }) => ({
    body: {
      gateway_id: gateway.id,
      constraint: 'ups_battery',
      enable: true,
      duration: 1800,
      reason: 'A reason that is long enough',
      pin: '482915',
    },
  }),
  'GET /safety/override/request': ({ override }) => ({ query: `override_id=${override.id}` }),
  'POST /safety/override/decide': ({ override, requestHash }) => ({
    body: { override_id: override.id, decision: 'approve', request_hash: requestHash, pin: '482915' },
  }),
  'POST /jobs/cancel': withJob,
  'POST /jobs/pause': withJob,
  'POST /jobs/resume': withJob,
  'POST /jobs/decide': ({ job }) => ({ body: { job_id: job.id, decision: 'roll_back', reason: 'A reason that is long enough' } }),
};
/** About nobody's fleet. */
/** Takes a form instead of JSON: upload-routes.db.test.ts. */
const FORMS = ['POST /upload/verify'];
const PUBLIC = ['GET /openapi.json'];

let foreign: ForeignSite;
let tokens: { name: string; token: string }[];
let everywhere: string;

beforeAll(async () => {
  foreign = await makeForeignSite();
  const { siteId } = await makeGateway();
  tokens = [];
  for (const role of ROLES) tokens.push({ name: role, token: await tokenOf(role, siteId) });
  everywhere = await tokenOf('supervisor', null);
});

async function ask(route: string, token: string) {
  const [method, path] = route.split(' ') as ['GET' | 'POST', string];
  const { query, body } = REFUSED[route]?.(foreign) ?? {};
  const filled = path.replace('{bundle_id}', foreign.bundle.id);
  const answer = await call(method, query ? `${filled}?${query}` : filled, { token, ...(body && { body }) });
  return { ...answer, sent: JSON.stringify([filled, query, body]) };
}

describe('with a role at one site only', () => {
  it('every route is in the list', () => {
    expect([...Object.keys(REFUSED), ...PUBLIC, ...FORMS].sort()).toEqual(ROUTES.map((route) => `${route.method} ${route.path}`).sort());
  });

  it.each(Object.keys(REFUSED))('%s tells and changes nothing of another site', async (route) => {
    const before = await fingerprintOf(foreign);
    for (const { name, token } of tokens) {
      const { status, body, sent } = await ask(route, token);
      expect([403, 404], `${name}: ${JSON.stringify(body)}`).toContain(status);
      const { mark, site, gateway, person, job, override } = foreign;
      const secrets = [mark, site.id, gateway.id, person.id, person.email, job.id, override.id].filter((one) => !sent.includes(one));
      expect(secrets.filter((secret) => JSON.stringify(body).includes(secret))).toEqual([]);
    }
    expect(await fingerprintOf(foreign)).toBe(before);
  });

  it.each(Object.keys(REFUSED).filter((route) => route.startsWith('GET')))('%s does answer who may see every site', async (route) => {
    // A bundle that its gateway has not sent yet is answered with "not yet".
    expect((await ask(route, everywhere)).status).toBe(route.includes('/download/') ? 202 : 200);
  });

  it.each(Object.keys(REFUSED).filter((route) => route.startsWith('POST')))('%s is asked well: its schema takes the body', (route) => {
    const declared = ROUTES.find((one) => `${one.method} ${one.path}` === route);
    expect(declared?.body?.safeParse(REFUSED[route]?.(foreign).body).error).toBeUndefined();
  });

  it('without naming a gateway: only what is at one’s own site', async () => {
    for (const { token } of tokens)
      for (const path of ['/jobs', '/history/updates']) {
        const { body } = await call('GET', path, { token });
        expect(JSON.stringify(body)).not.toContain(foreign.mark);
      }
  });
});
