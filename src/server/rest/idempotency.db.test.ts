import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { getDb } from '../db/client';
import { until } from '../testing/until';
import { answerOnce, canonicalHash } from './idempotency';
import { call, makeWorld, type World } from './testing/rest-world';

const download = (world: World, key: string, changes: Record<string, unknown> = {}, token = world.operator) =>
  call('POST', '/updates/download', {
    token,
    headers: { 'idempotency-key': key },
    body: { update_id: world.release.id, version: world.release.version, target_partition: 'B', ...changes },
  });

describe('Idempotency-Key', () => {
  it('gives the first answer again, whatever the order of the fields', async () => {
    const world = await makeWorld();
    const key = randomUUID();
    const first = await download(world, key);
    const again = await call('POST', '/updates/download', {
      token: world.operator,
      headers: { 'idempotency-key': key },
      body: { target_partition: 'B', version: world.release.version, update_id: world.release.id },
    });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect(await getDb().job.count({ where: { gatewayId: world.gateway.id } })).toBe(1);
  });

  it('many at once start one job and all get its id', async () => {
    const world = await makeWorld();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => download(world, key)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map((answer) => answer.body.job_id)).size).toBe(1);
    expect(await getDb().job.count({ where: { gatewayId: world.gateway.id } })).toBe(1);
  });

  it('the same key with another body, or on another route, is a conflict', async () => {
    const world = await makeWorld();
    const key = randomUUID();
    const { body } = await download(world, key);
    const other = await download(world, key, { background: true });
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    const elsewhere = await call('POST', '/jobs/cancel', {
      token: world.operator,
      headers: { 'idempotency-key': key },
      body: { job_id: body.job_id, reason: 'no' },
    });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });

  it('is the own of each caller', async () => {
    const [one, two] = [await makeWorld(), await makeWorld()];
    const key = randomUUID();
    const answers = [await download(one, key), await download(two, key)];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(answers[0]?.body.job_id).not.toBe(answers[1]?.body.job_id);
  });

  it('a refusal is given again too, with its request id', async () => {
    const world = await makeWorld();
    const key = randomUUID();
    const first = await download(world, key, { target_partition: 'A' });
    const again = await download(world, key, { target_partition: 'A' });
    expect([first.status, again.status]).toEqual([400, 400]);
    expect(again.body).toEqual(first.body);
  });

  it('a key that is none is refused', async () => {
    const world = await makeWorld();
    const { status, body } = await download(world, 'x'.repeat(256));
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  describe('what is left of a program that died', () => {
    const route = 'POST /test';
    const callOf = () => ({ principal: `test:${randomUUID()}`, key: 'k', route, bodyHash: canonicalHash({ a: 1 }, null) });
    const done = async () => ({ status: 200, body: '{"done":true}', headers: {} });
    const timing = { touchMs: 20, abandonedMs: 400, waitMs: 12_000 };
    const leave = (of: ReturnType<typeof callOf>, ageSeconds: number) =>
      getDb().idempotencyRecord.create({
        data: {
          principalId: of.principal,
          key: of.key,
          route,
          bodyHash: of.bodyHash,
          createdAt: new Date(Date.now() - ageSeconds * 1000),
          touchedAt: new Date(Date.now() - ageSeconds * 1000),
          expiresAt: new Date(Date.now() + 86_400_000),
        },
      });

    it('does not block for ever: an old claim is taken over', async () => {
      const of = callOf();
      await leave(of, 120);
      expect(await answerOnce(of, done)).toMatchObject({ status: 200, headers: {} });
      expect(await answerOnce(of, done)).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    });

    it('a young claim may still be at work: a clear 409 after a while', async () => {
      const of = callOf();
      await leave(of, 1);
      const patience = { ...timing, abandonedMs: 60_000, waitMs: 300 };
      await expect(answerOnce(of, done, patience)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', details: { in_progress: true } });
    });

    it('a request that still runs is never taken for one, however long it takes', async () => {
      const of = callOf();
      // Long enough for a busy machine to touch it in time.
      const slow = { ...timing, abandonedMs: 6000, waitMs: 60_000 };
      let finish: () => void = () => {};
      const running = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const first = answerOnce(of, () => running.then(done), slow);
      const where = { principalId_key: { principalId: of.principal, key: of.key } };
      await until(() => getDb().idempotencyRecord.findUnique({ where }));
      const second = answerOnce(of, () => Promise.reject(new Error('it runs twice')), slow);
      await vi.waitFor(
        async () => {
          const { createdAt, touchedAt } = await getDb().idempotencyRecord.findUniqueOrThrow({ where });
          expect(touchedAt.getTime() - createdAt.getTime()).toBeGreaterThan(1.2 * slow.abandonedMs);
        },
        { timeout: 60_000 },
      );
      finish();
      expect(await first).toMatchObject({ status: 200, headers: {} });
      expect(await second).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    });

    it('an answer that says "try again" is not kept', async () => {
      const of = callOf();
      expect(await answerOnce(of, async () => ({ status: 503, body: '{}', headers: {} }))).toMatchObject({ status: 503 });
      expect(await answerOnce(of, done)).toMatchObject({ status: 200, headers: {} });
    });
  });
});
