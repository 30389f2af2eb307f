/**
 * Walks every procedure as people who hold a role at one site, with the ids of another: nothing may leak and nothing may
 * change. A procedure that is not in the list fails the test.
 */
import superjson from 'superjson';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '#/domain/access/roles';
import { SHIPPED_SITE_POLICY } from '#/domain/safety/site-policy';
import type { Session } from '../access/session';
import { getDb } from '../db/client';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { fingerprintOf, type ForeignSite, makeForeignSite } from '../testing/foreign-site';
import { appRouter } from './app-router';
import { createCallerFactory } from './init';

/** What is sent, given the other site; undefined for procedures without input. */
type Input = (foreign: ForeignSite) => unknown;
const nothing: Input = () => undefined;
const gatewayId: Input = ({ gateway }) => ({ gatewayId: gateway.id });
const jobId: Input = ({ job }) => ({ jobId: job.id });
const siteCode: Input = ({ site }) => ({ siteCode: site.code });
const siteId: Input = ({ site }) => ({ siteId: site.id });
const overrideId: Input = ({ override }) => ({ overrideId: override.id });
const alarmId: Input = ({ alarm }) => ({ alarmId: alarm.id });
const snapshotId: Input = ({ snapshot }) => ({ snapshotId: snapshot.id });
const channelId: Input = ({ channel }) => ({ channelId: channel.id });
const also =
  (input: Input, more: object | ((foreign: ForeignSite) => object)): Input =>
  (foreign) => ({ ...(input(foreign) as object), ...(typeof more === 'function' ? more(foreign) : more) });
const because = { reason: 'A reason that is long enough' };

/** These name something of the other site: they are refused, as if it did not exist or for want of the right. */
const REFUSED: Record<string, Input> = {
  'account.allowPinRebind': ({ person }) => ({ email: person.email }),
  'account.disablePin': ({ person }) => ({ email: person.email }),
  'account.createToken': also(gatewayId, { name: 'x' }),
  'alarms.history': alarmId,
  'alarms.shelve': also(alarmId, { ...because, minutes: 60 }),
  'alarms.unshelve': alarmId,
  'channels.change': also(channelId, { enabled: false }),
  'channels.create': ({ site }) => ({
    type: 'webhook',
    name: 'Mine',
    siteCode: site.code,
    leastPriority: 3,
    topics: [],
    config: { url: 'https://hook.example/x' },
    secret: null,
  }),
  'channels.deliveries': channelId,
  'channels.remove': channelId,
  'channels.test': channelId,
  'gateways.byId': gatewayId,
  'gateways.timeline': gatewayId,
  'gateways.enrol': gatewayId,
  'jobs.byId': jobId,
  'jobs.events': jobId,
  'jobs.pause': also(jobId, because),
  'jobs.resume': also(jobId, because),
  'jobs.cancel': also(jobId, because),
  'jobs.decide': also(jobId, { ...because, decision: 'keep' }),
  'live.gateway': gatewayId,
  'live.job': jobId,
  'logs.browse': gatewayId,
  'overrides.byId': overrideId,
  'overrides.surroundings': overrideId,
  'overrides.plan': gatewayId,
  'overrides.request': ({ gateway }) => ({
    gatewayIds: [gateway.id],
    constraints: ['ups_battery'],
    durationSeconds: 1800,
    reasonCode: 'test',
    reason: because.reason,
    measures: ['A spotter on the quay'],
  }),
  'overrides.approve': also(overrideId, ({ requestHash }) => ({ requestHash, pin: '482915' })),
  'overrides.reject': also(overrideId, because),
  'overrides.withdraw': also(overrideId, because),
  'overrides.revoke': also(overrideId, because),
  'overrides.closeReview': also(overrideId, { text: because.reason }),
  'recovery.overview': gatewayId,
  'recovery.snapshots': gatewayId,
  'recovery.plan': also(gatewayId, { operation: 'rollback' }),
  'recovery.createSnapshot': also(gatewayId, { name: 'Mine', contents: ['data'] }),
  'recovery.deleteSnapshot': snapshotId,
  'recovery.rollback': also(gatewayId, ({ crane }) => ({ confirmCrane: crane.name, ...because })),
  'recovery.restore': also(gatewayId, ({ crane, snapshot }) => ({ snapshotId: snapshot.id, confirmCrane: crane.name, ...because })),
  'recovery.factoryReset': also(gatewayId, ({ crane }) => ({
    pin: '482915',
    resetType: 'config',
    confirmCrane: crane.name,
    ...because,
  })),
  'recovery.approve': also(jobId, { pin: '482915' }),
  'recovery.bundles': gatewayId,
  'recovery.requestBundle': gatewayId,
  'recovery.deleteBundle': ({ bundle }) => ({ bundleId: bundle.id }),
  'releases.addPermit': ({ release }) => ({ releaseId: release.id, document: { text: '{}', signature: { kind: 'gpg', body: 'eA==' } } }),
  'releases.addSignature': ({ release }) => ({ releaseId: release.id, body: 'eA==' }),
  'releases.createDraft': ({ upload }) => ({
    ...{ uploadId: upload.id, version: 'v1.2.3', channel: 'beta', type: 'hotfix', severity: 'low', description: 'x' },
  }),
  'releases.dropSignature': ({ release }) => ({ releaseId: release.id, signatureId: release.id }),
  'releases.endPermit': ({ release }) => ({ permitId: release.id, ...because }),
  'releases.permitText': ({ release }) => ({
    releaseId: release.id,
    gateway: null,
    fromVersion: 'v1.0.0',
    expiresAt: new Date('2100-01-01T00:00:00Z'),
  }),
  'releases.promote': ({ release }) => ({ releaseId: release.id, from: 'beta' }),
  'releases.publish': ({ release }) => ({ releaseId: release.id }),
  'releases.update': ({ release }) => ({
    releaseId: release.id,
    revision: '0',
    fields: { version: 'v1.2.3', channel: 'beta', type: 'hotfix', severity: 'low', description: 'x' },
  }),
  'releases.upload': ({ upload }) => ({ uploadId: upload.id }),
  'releases.uploadSbom': ({ release }) => ({ releaseId: release.id, document: '{"bomFormat":"CycloneDX","specVersion":"1.5"}' }),
  'releases.withdraw': ({ release }) => ({ releaseId: release.id, ...because }),
  'safety.status': gatewayId,
  'safety.policyHistory': siteId,
  'safety.comparePolicy': also(siteId, { policy: SHIPPED_SITE_POLICY }),
  'safety.savePolicy': also(siteId, { policy: SHIPPED_SITE_POLICY, expectedVersion: 0, note: because.reason }),
  'settings.read': gatewayId,
  'settings.update': also(gatewayId, { expectedVersion: 1, changes: { update_strategy: 'maintenance' } }),
  'telemetry.history': also(gatewayId, { range: '1h' }),
  // The keyring is for every site: none of this is one site's to do.
  'trust.addKey': () => ({ label: 'x', body: 'x', purposes: ['release'] }),
  'trust.addList': () => ({ body: 'x' }),
  'trust.keySet': nothing,
  'trust.retire': () => ({ fingerprint: 'A'.repeat(40), confirm: 'AAAAAAAA', reason: because.reason }),
  'trust.revoke': () => ({ fingerprint: 'A'.repeat(40), confirm: 'AAAAAAAA', reason: because.reason }),
  'trust.rotate': () => ({ document: { text: '{}', signature: { kind: 'gpg', body: 'eA==' } } }),
  'updates.check': gatewayId,
  'updates.plan': also(gatewayId, ({ release }) => ({ releaseId: release.id, strategy: 'seamless', rebootAfter: true })),
  'updates.start': also(gatewayId, ({ release, crane }) => ({
    releaseId: release.id,
    strategy: 'seamless',
    rebootAfter: true,
    rebootDelaySeconds: 0,
    confirmCrane: crane.name,
  })),
};

/** These answer with what one may see, or are about oneself: whatever they say, it is nothing of the other site. */
const ANSWERED: Record<string, Input> = {
  'account.changePassword': () => ({ current: 'wrong', next: 'a new and long password' }),
  'account.changePin': () => ({ pin: '730184', password: 'wrong', currentPin: '482915' }),
  'account.pin': nothing,
  'account.revokeToken': ({ person }) => ({ tokenId: person.id }),
  'account.setPin': () => ({ pin: '730184', password: 'wrong' }),
  'account.tokens': nothing,
  'alarms.acknowledge': ({ alarm }) => ({ alarmIds: [alarm.id] }),
  'alarms.browse': also(siteCode, ({ gateway, alarm }) => ({ gatewayId: gateway.id, alarmId: alarm.id })),
  'alarms.count': nothing,
  'channels.list': nothing,
  'fleet.attention': siteCode,
  'fleet.link': nothing,
  'fleet.running': siteCode,
  'fleet.summary': siteCode,
  'gateways.browse': ({ mark }) => ({ filter: { text: mark } }),
  'gateways.facets': nothing,
  'gateways.search': ({ mark }) => ({ text: mark }),
  'jobs.browse': also(siteCode, ({ gateway }) => ({ gatewayId: gateway.id })),
  'live.fleet': () => ({}),
  'overrides.browse': also(siteCode, ({ gateway, job }) => ({ gatewayId: gateway.id, jobId: job.id })),
  'overrides.inbox': nothing,
  'overrides.inForce': nothing,
  // Releases are for every site; what runs them is not.
  'releases.compare': ({ plainId }) => ({ fromId: plainId, toId: plainId }),
  'releases.components': ({ plainId }) => ({ releaseId: plainId }),
  'releases.get': ({ plainId }) => ({ releaseId: plainId }),
  'releases.list': () => ({ text: 'of no site' }),
  'releases.sbomSearch': also(siteCode, { name: 'openssl' }),
  'releases.uploads': () => ({}),
  'releases.whereItRuns': ({ plainId }) => ({ releaseId: plainId }),
  'safety.board': siteCode,
  'safety.policies': nothing,
  'sites.list': nothing,
  'trust.list': nothing,
};

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: 'query' | 'mutation' | 'subscription' } }>;
const callerOf = createCallerFactory(appRouter);
const sessionOf = (actor: Session['actor']): Session => ({
  actor,
  user: { id: actor.id, email: actor.name, name: 'Test' },
  startedAt: new Date(),
  expiresAt: new Date(Date.now() + 60_000),
});

type Outcome = { ok: true; text: string } | { ok: false; code: string; text: string };

/** One call; of a subscription the first event. Everything that the browser would be told, as text. */
async function ask(actor: Session['actor'], path: string, input: unknown): Promise<Outcome> {
  const session = sessionOf(actor);
  const call = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], callerOf({ session, recheckSession: async () => session }));
  try {
    let answer = await (call as (input: unknown) => Promise<unknown>)(input);
    if (procedures[path]?._def.type === 'subscription') {
      const events = (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]();
      answer = (await events.next()).value;
      void events.return?.();
    }
    return { ok: true, text: superjson.stringify(answer) };
  } catch (error) {
    const { code, message, cause } = error as { code: string; message: string; cause?: { details?: unknown; suggestedActions?: unknown } };
    return { ok: false, code, text: JSON.stringify([message, cause?.details, cause?.suggestedActions]) };
  }
}

let foreign: ForeignSite;
let people: { name: string; actor: Session['actor'] }[];
let everywhere: Session['actor'];
let home: { siteId: string };

beforeAll(async () => {
  foreign = await makeForeignSite();
  home = await makeGateway();
  people = [];
  for (const role of ROLES) people.push({ name: role, actor: (await makePerson(role, { siteId: home.siteId })).actor });
  const { actor } = await makePerson('admin');
  everywhere = { ...actor, grants: ROLES.map((role) => ({ role, siteId: null })) };
});

/** What must not be read; an answer may repeat what was sent. */
function leaks(text: string, input: unknown): string[] {
  const { mark, site, gateway, crane, person, job, override, alarm, channel } = foreign;
  const sent = superjson.stringify(input ?? null);
  const secrets = [mark, site.id, gateway.id, crane.id, person.id, person.email, job.id, override.id, alarm.id, channel.id];
  return secrets.filter((secret) => !sent.includes(secret) && text.includes(secret));
}

describe('with a role at one site only', () => {
  it('every procedure is in the list', () => {
    expect([...Object.keys(REFUSED), ...Object.keys(ANSWERED)].sort()).toEqual(Object.keys(procedures).sort());
  });

  it.each(Object.entries({ ...REFUSED, ...ANSWERED }))('%s tells and changes nothing of another site', async (path, input) => {
    const before = await fingerprintOf(foreign);
    expect(before).toContain(foreign.mark);
    for (const { name, actor } of people) {
      const given = input(foreign);
      const outcome = await ask(actor, path, given);
      expect(leaks(outcome.text, given), `${name}: ${outcome.text.slice(0, 500)}`).toEqual([]);
      if (path in REFUSED) expect(outcome, name).toMatchObject({ ok: false, code: expect.stringMatching(/^(NOT_FOUND|FORBIDDEN)$/) });
      else expect(outcome.ok ? 'ok' : outcome.code, `${name}: ${outcome.text}`).not.toBe('INTERNAL_SERVER_ERROR');
    }
    expect(await fingerprintOf(foreign)).toBe(before);
  });

  // The door asks whether one holds the permission anywhere; the use-case has to ask for the site.
  const writes = Object.entries({ ...REFUSED, ...ANSWERED }).filter(([path]) => procedures[path]?._def.type === 'mutation');
  it.each(writes.filter(([path]) => path !== 'account.createToken'))('%s changes nothing where one may only look', async (path, input) => {
    const grants = [...ROLES.map((role) => ({ role, siteId: home.siteId })), { role: 'viewer' as const, siteId: foreign.site.id }];
    const before = await fingerprintOf(foreign);
    const outcome = await ask({ ...everywhere, grants }, path, input(foreign));
    if (path in REFUSED) expect(outcome).toMatchObject({ ok: false, code: expect.stringMatching(/^(NOT_FOUND|FORBIDDEN)$/) });
    expect(await fingerprintOf(foreign)).toBe(before);
  });

  // A key set, and the text that a key has to sign, need a key in the ring, which would be every test's: trust.db.test.ts and
  // permits.db.test.ts ask for them.
  const needsKey = ['trust.keySet', 'releases.permitText'];
  const reads = Object.entries({ ...REFUSED, ...ANSWERED }).filter(
    ([path]) => procedures[path]?._def.type === 'query' && !needsKey.includes(path),
  );
  it.each(reads)('%s does answer who may see every site: the question is a good one', async (path, input) => {
    expect(await ask(everywhere, path, input(foreign))).toMatchObject({ ok: true });
  });

  it('and the rows are there to be seen', async () => {
    expect(await getDb().job.count({ where: { siteId: foreign.site.id } })).toBe(1);
    for (const path of [
      'gateways.search',
      'jobs.browse',
      'overrides.browse',
      'alarms.browse',
      'fleet.attention',
      'safety.board',
      'sites.list',
    ])
      expect((await ask(everywhere, path, ANSWERED[path]?.(foreign))).text, path).toContain(foreign.mark);
  });
});
