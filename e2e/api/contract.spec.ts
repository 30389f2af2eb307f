/** Every documented path of a live server: each answer must have a documented status, and a body that fits the live openapi.json. */
import type { APIRequestContext } from '@playwright/test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { encodeImageManifest } from '../../src/domain/releases/image-manifest';
import { closeWindowOf, demoUser, expect, readDemo, test } from '../fixtures';

type Operation = { responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }> };
type Document = { paths: Record<string, Record<string, Operation>> };
type Json = Record<string, unknown>;
/** `at`: the path with its `{…}` filled in. */
type Sent = {
  token?: string;
  at?: string;
  query?: string;
  body?: unknown;
  form?: Record<string, string | { name: string; mimeType: string; buffer: Buffer }>;
  headers?: Record<string, string>;
  prefix?: string;
};

const PREFIX = '/v1/cloud-integration';
/** Behind by one, on fibre, and of no other journey; its crane is at work, which holds no download, snapshot or wait for a window. */
const GATEWAY = 'SAV-Q-STS22-GW1';
/** Its battery is below the soft limit: an override of it can be asked for. */
const WORN_UPS = 'RTM-Y-B24-ASC06-GW1';
const UNKNOWN_JOB = 'OTA-JOB-000000';

/** Sends requests and checks every answer against the document. */
class Contract {
  readonly answered = new Set<string>();
  readonly #ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));

  private constructor(
    readonly request: APIRequestContext,
    readonly document: Document,
  ) {
    this.#ajv.addSchema({ $id: 'openapi', ...document });
  }

  static async of(request: APIRequestContext): Promise<Contract> {
    const response = await request.get(`${PREFIX}/openapi.json`);
    expect(response.status()).toBe(200);
    return new Contract(request, (await response.json()) as Document);
  }

  /** The answer, checked. */
  async ask(method: 'get' | 'post', path: string, sent: Sent = {}): Promise<{ status: number; body: Json }> {
    const operation = this.document.paths[`${PREFIX}${path}`]?.[method];
    if (!operation) throw new Error(`${method} ${path} is not documented`);
    const headers: Record<string, string> = { ...sent.headers };
    if (sent.token) headers.authorization = `Bearer ${sent.token}`;
    const url = `${sent.prefix ?? PREFIX}${sent.at ?? path}${sent.query ?? ''}`;
    const response = await this.request.fetch(url, { method, headers, ...contentOf(method, sent) });
    const status = response.status();
    const where = `${method} ${url} → ${status}`;
    const type = (response.headers()['content-type'] ?? '').split(';')[0] ?? '';
    const documented = operation.responses[status]?.content;
    if (type !== 'application/json') {
      expect(Object.keys(documented ?? {}), where).toContain(type);
      this.answered.add(`${method} ${path}`);
      return { status, body: {} };
    }
    const body = (await response.json()) as Json;
    const schema = documented?.['application/json']?.schema;
    expect(schema, `${where} is not documented`).toBeDefined();
    const validate = this.#ajv.compile({ $ref: `openapi${schema?.$ref}` });
    expect(validate(body), `${where}: ${JSON.stringify(validate.errors)} ${JSON.stringify(body)}`).toBe(true);
    expect(response.headers()['x-request-id'], where).toBeTruthy();
    if (status >= 400) expect(body.request_id).toBe(response.headers()['x-request-id']);
    if (status === 200) this.answered.add(`${method} ${path}`);
    return { status, body };
  }
}

function contentOf(method: 'get' | 'post', { form, body }: Sent) {
  if (form !== undefined) return { multipart: form };
  return method === 'post' ? { data: body ?? {} } : {};
}

test('each path answers as openapi.json says', async ({ request }) => {
  const contract = await Contract.of(request);
  const { gateway_token } = readDemo();
  const { token } = gateway_token;
  for (const prefix of [PREFIX, '/cloud-integration']) {
    for (const path of Object.keys(contract.document.paths)) {
      const below = path.slice(PREFIX.length);
      if (contract.document.paths[path]?.get) await contract.ask('get', below, { token, prefix });
    }
  }
  const supervisor = demoUser('supervisor').token;
  const ours = { token: supervisor, headers: { 'x-gateway-id': GATEWAY } };
  // What waits for its window is taken back below.
  await closeWindowOf(request, GATEWAY);

  await contract.ask('post', '/settings/update', { ...ours, body: {} });
  const { updates } = (await contract.ask('get', '/updates/check', { ...ours, query: '?force=true' })).body as {
    updates: { id: string; version: string; compatible: boolean }[];
  };
  const update = updates.find((one) => one.compatible);
  const { partitions } = (await contract.ask('get', '/gateway/status', ours)).body as { partitions: { inactive: { id: string } } };
  const started = await contract.ask('post', '/updates/download', {
    ...ours,
    body: { update_id: update?.id, version: update?.version, target_partition: partitions.inactive.id },
  });
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  const job_id = started.body.job_id as string;
  const order = (reason: string) => ({ ...ours, body: { job_id, reason } });
  // A small image may be there before the pause arrives: then the refusal is what is checked.
  if ((await contract.ask('post', '/jobs/pause', order('contract test'))).status === 200)
    await contract.ask('post', '/jobs/resume', order('go on'));
  await expect
    .poll(async () => (await contract.ask('get', '/updates/progress', { ...ours, query: `?job_id=${job_id}` })).body.status, {
      timeout: 240_000,
    })
    .toBe('downloaded');
  const install = { ...ours, body: { job_id, strategy: 'maintenance', reboot_after: true } };
  expect((await contract.ask('post', '/updates/install', install)).status).toBe(200);
  await contract.ask('get', '/updates/progress', { ...ours, query: `?job_id=${job_id}` });
  await contract.ask('get', '/jobs', { ...ours, query: '?status=pending' });
  // Only a version that is not healthy is decided about.
  const decision = { ...ours, body: { job_id, decision: 'keep', reason: 'contract test' } };
  expect((await contract.ask('post', '/jobs/decide', decision)).body).toMatchObject({ error_code: 'OTA_014' });
  const cancelled = await contract.ask('post', '/jobs/cancel', order('contract test is over'));
  expect(cancelled.body).toMatchObject({ status: 'cancelled', job_id });
  const history = (await contract.ask('get', '/history/updates', ours)).body as { history: { job_id: string; status: string }[] };
  expect(history.history[0]).toMatchObject({ job_id, status: 'cancelled' });
  await contract.ask('get', '/monitor/logs', { ...ours, query: '?limit=200&source=ota' });

  await recover(contract, ours);

  const version = `v5.1.0-contract.${Date.now()}`;
  const image = Buffer.concat([
    encodeImageManifest({ version, build_id: 'contract', kernel: '6.6.63', os_version: 'Contract test' }),
    Buffer.alloc(100_000, 1),
  ]);
  const file = { name: 'contract.img', mimeType: 'application/octet-stream', buffer: image };
  const verified = await contract.ask('post', '/upload/verify', { ...ours, form: { file, version } });
  expect(verified).toMatchObject({ status: 200, body: { status: 'verified', metadata: { signature: 'unsigned' } } });
  // It waits for its window, and is taken back before.
  await contract.ask('post', '/settings/update', { ...ours, body: { update_strategy: 'maintenance' } });
  const wanted = { filename: 'contract.img', version, target_partition: partitions.inactive.id };
  const deployed = await contract.ask('post', '/upload/deploy', { ...ours, body: wanted });
  expect(deployed, JSON.stringify(deployed.body)).toMatchObject({ status: 200, body: { status: 'deploying' } });
  await contract.ask('post', '/jobs/cancel', { ...ours, body: { job_id: deployed.body.job_id, reason: 'contract test is over' } });
  await contract.ask('post', '/settings/update', { ...ours, body: { update_strategy: 'seamless' } });

  const operator = { token: demoUser('operator').token, headers: { 'x-gateway-id': WORN_UPS } };
  const wish = { enable: true, reason: 'the contract is looked at', constraints: ['ups_battery'], duration: 60, acknowledge_risks: true };
  const asked = await contract.ask('post', '/safety/override', { ...operator, body: wish });
  expect(asked).toMatchObject({ status: 202, body: { status: 'pending_approval' } });
  const override_id = asked.body.override_id;
  const shown = await contract.ask('get', '/safety/override/request', { token: supervisor, query: `?override_id=${override_id}` });
  const yes = { override_id, decision: 'approve', request_hash: shown.body.request_hash, pin: demoUser('supervisor').pin };
  expect((await contract.ask('post', '/safety/override/decide', { token: supervisor, body: yes })).body.status).toBe('approved');
  const end = { enable: false, reason: 'looked at', override_id };
  expect((await contract.ask('post', '/safety/override', { ...operator, body: end })).body.status).toBe('override_disabled');

  const documented = Object.entries(contract.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.slice(PREFIX.length)}`),
  );
  // Whether a pause comes in time is not for this test to say, and a version that is not healthy is not at hand: the tests of the door
  // have their shapes.
  const missing = documented.filter((name) => !contract.answered.has(name) && !/\/jobs\/(pause|resume|decide)$/.test(name));
  expect(missing, 'documented, but never seen to succeed').toEqual([]);
});

/** Every order of recovery: a snapshot that is made, and three that are taken back while they wait for the window. */
async function recover(contract: Contract, ours: { token: string; headers: Record<string, string> }): Promise<void> {
  const done = (jobId: unknown, status: string) =>
    expect
      .poll(async () => (await contract.ask('get', '/updates/progress', { ...ours, query: `?job_id=${jobId}` })).body.status, {
        timeout: 240_000,
      })
      .toBe(status);
  const made = await contract.ask('post', '/monitor/snapshot', { ...ours, body: { name: 'Contract test', compression: 'gzip' } });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  await done(made.body.job_id, 'completed');
  const bundle = (await contract.ask('get', '/monitor/debug', ours)).body;
  const download = '/monitor/debug/download/{bundle_id}.tar.gz';
  const at = `/monitor/debug/download/${bundle.bundle_id}.tar.gz`;
  await expect.poll(async () => (await contract.ask('get', download, { ...ours, at })).status, { timeout: 120_000 }).toBe(200);
  // The gateway lists it right after its job.
  const snapshots = async () => (await contract.ask('get', '/recovery/status', ours)).body.snapshots as Json[];
  const listed = async () => (await snapshots()).find(({ id }) => id === made.body.snapshot_id);
  await expect.poll(listed).toMatchObject({ state: 'ready' });
  const snapshot = await listed();
  const { partitions } = (await contract.ask('get', '/gateway/status', ours)).body as { partitions: { inactive: { id: string } } };
  const { id } = partitions.inactive;
  const reason = 'the contract is looked at';
  const strategy = 'maintenance';
  const orders: [string, Json][] = [
    ['/recovery/restore', { version: snapshot?.version, snapshot_id: snapshot?.id, target_partition: id, strategy }],
    ['/recovery/rollback', { action: `rollback_to_${id.toLowerCase()}`, reason, strategy }],
    ['/recovery/factory', { pin: demoUser('supervisor').pin, confirm: true, reset_type: 'config', reason, strategy }],
  ];
  for (const [path, body] of orders) {
    const ordered = await contract.ask('post', path, { ...ours, body });
    expect(ordered.status, `${path}: ${JSON.stringify(ordered.body)}`).toBe(200);
    const cancelled = await contract.ask('post', '/jobs/cancel', { ...ours, body: { job_id: ordered.body.job_id, reason } });
    expect(cancelled.body, path).toMatchObject({ status: 'cancelled' });
  }
}

test('refusals have the body and the status of the contract', async ({ request }) => {
  const contract = await Contract.of(request);
  const { token } = readDemo().gateway_token;
  const codeOf = async (method: 'get' | 'post', path: string, sent: Sent) => {
    const { status, body } = await contract.ask(method, path, sent);
    return [status, body.code];
  };
  expect(await codeOf('get', '/gateway/status', {})).toEqual([401, 'UNAUTHENTICATED']);
  expect(await codeOf('get', '/gateway/status', { token, query: '?gateway_id=no-such-gateway' })).toEqual([404, 'GATEWAY_NOT_FOUND']);
  expect(await codeOf('get', '/gateway/status', { token: demoUser('supervisor').token })).toEqual([400, 'GATEWAY_REQUIRED']);
  expect(await codeOf('get', '/jobs', { token, query: '?limit=0' })).toEqual([400, 'VALIDATION_FAILED']);
  expect(await codeOf('post', '/settings/update', { token, body: { colour: 'red' } })).toEqual([400, 'VALIDATION_FAILED']);
  expect(await codeOf('post', '/settings/update', { token: demoUser('viewer').token, body: {} })).toEqual([403, 'FORBIDDEN']);
  expect(await codeOf('post', '/jobs/cancel', { token, body: { job_id: UNKNOWN_JOB, reason: 'x' } })).toEqual([404, 'JOB_NOT_FOUND']);
  expect(await codeOf('post', '/jobs/cancel', { token, body: 'x', headers: { 'content-type': 'text/plain' } })).toEqual([
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ]);
  expect(await codeOf('post', '/jobs/cancel', { token, body: { job_id: 'x'.repeat(1_100_000), reason: 'x' } })).toEqual([
    413,
    'PAYLOAD_TOO_LARGE',
  ]);
  const wrongMethod = await request.delete(`${PREFIX}/gateway/status`, { headers: { authorization: `Bearer ${token}` } });
  expect([wrongMethod.status(), wrongMethod.headers().allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
});
