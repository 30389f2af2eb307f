import { describe, expect, it, vi } from 'vitest';
import { getDb } from '#/server/db/client';
import { enqueueCommand } from '#/server/outbox/enqueue-command';
import { makeGateway, makeJob, type TestGateway } from '../testing/make-gateway';
import { startRelay } from './start-relay';
import { RESEND_AFTER_MS, takeDueCommands } from './take-due';

async function order(gateway: TestGateway, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = { name: 'job.pause', jobId: 'j', attempt: 1, reason: `${index}` } as const;
    ids.push((await getDb().$transaction((tx) => enqueueCommand(tx, gateway.id, body))).commandId);
  }
  return ids;
}
const answer = (id: string) => getDb().outboxCommand.update({ where: { id }, data: { answeredAt: new Date(), resultCode: 'OK' } });
const take = async (gateway: TestGateway) => (await takeDueCommands([gateway.id])).map((command) => command.id);

/** A link that keeps what is published. */
function linkTo(sent: { id: string; topic: string }[], up = { value: true }) {
  const listeners: (() => void)[] = [];
  return {
    publish: (topic: string, jws: string) => {
      const claims = JSON.parse(Buffer.from(jws.split('.')[1] as string, 'base64url').toString()) as { jti: string };
      sent.push({ id: claims.jti, topic });
    },
    isConnected: () => up.value,
    onHearing: (listener: () => void) => void listeners.push(listener),
    connect: () => {
      up.value = true;
      for (const listener of listeners) listener();
    },
  };
}

describe('the relay', () => {
  it('sends one at a time per gateway, in order, each after the answer to the one before', async () => {
    const gateway = await makeGateway({ connected: true });
    const ids = await order(gateway, 3);
    expect(await take(gateway)).toEqual([ids[0]]);
    expect(await take(gateway)).toEqual([]);
    await answer(ids[0] as string);
    expect(await take(gateway)).toEqual([ids[1]]);
  });

  it('numbers commands in the order in which they were committed, however many come at once', async () => {
    const gateway = await makeGateway({ connected: true });
    await Promise.all(Array.from({ length: 8 }, () => order(gateway, 1)));
    const rows = await getDb().outboxCommand.findMany({ where: { gatewayId: gateway.id }, orderBy: { seq: 'asc' } });
    expect(rows.map((row) => row.seq)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
  });

  it('lets one of several controllers take a command', async () => {
    const gateways = await Promise.all(Array.from({ length: 12 }, () => makeGateway({ connected: true })));
    for (const gateway of gateways) await order(gateway, 1);
    const ids = gateways.map((gateway) => gateway.id);
    const taken = (await Promise.all([takeDueCommands(ids), takeDueCommands(ids), takeDueCommands(ids)]))
      .flat()
      .map((one) => one.gatewayId);
    expect(taken.sort()).toEqual(ids.sort());
  });

  it('sends again what was marked and perhaps never published', async () => {
    const gateway = await makeGateway({ connected: true });
    const [id] = await order(gateway, 1);
    expect(await take(gateway)).toEqual([id]);
    // The controller dies here. Another comes, later.
    await getDb().outboxCommand.update({ where: { id }, data: { sentAt: new Date(Date.now() - RESEND_AFTER_MS - 1) } });
    const sent: { id: string; topic: string }[] = [];
    const relay = startRelay(linkTo(sent));
    await vi.waitFor(() => expect(sent).toContainEqual({ id, topic: `fairlead/v1/g/${gateway.id}/down/cmd` }), { timeout: 60_000 });
    await relay.stop();
    expect(await getDb().outboxCommand.findUnique({ where: { id } })).toMatchObject({ attempts: 2 });
  });

  it('marks nothing as sent while it has no broker, and sends as soon as it has', async () => {
    const gateway = await makeGateway({ connected: true });
    const sent: { id: string; topic: string }[] = [];
    const link = linkTo(sent, { value: false });
    const relay = startRelay(link);
    const [id] = await order(gateway, 1);
    expect(await getDb().outboxCommand.findUnique({ where: { id } })).toMatchObject({ sentAt: null });
    link.connect();
    await vi.waitFor(() => expect(sent.map((one) => one.id)).toContain(id), { timeout: 60_000 });
    await relay.stop();
  });

  it('is not held up by a stored command that is none', async () => {
    const [bad, good] = [await makeGateway({ connected: true }), await makeGateway({ connected: true })];
    await makeJob(bad);
    const row = { gatewayId: bad.id, seq: 1n, name: 'job.fly', body: { name: 'job.fly' }, expiresAt: new Date(Date.now() + 60_000) };
    const { id } = await getDb().outboxCommand.create({ data: row });
    const [goodId] = await order(good, 1);
    const sent: { id: string; topic: string }[] = [];
    const relay = startRelay(linkTo(sent));
    await vi.waitFor(() => expect(sent.map((one) => one.id)).toContain(goodId), { timeout: 60_000 });
    await relay.stop();
    expect(await getDb().outboxCommand.findUnique({ where: { id } })).toMatchObject({ resultCode: 'CMD_UNKNOWN' });
  });

  it('sends nothing to a gateway that is not connected, nothing expired, nothing before its time', async () => {
    const away = await makeGateway({ connected: false });
    await order(away, 1);
    expect(await take(away)).toEqual([]);
    const gateway = await makeGateway({ connected: true });
    const [first, second] = await order(gateway, 2);
    await getDb().outboxCommand.update({ where: { id: first }, data: { expiresAt: new Date(Date.now() - 1) } });
    await getDb().outboxCommand.update({ where: { id: second }, data: { notBeforeAt: new Date(Date.now() + 60_000) } });
    expect(await take(gateway)).toEqual([]);
    await getDb().outboxCommand.update({ where: { id: second }, data: { notBeforeAt: new Date() } });
    expect(await take(gateway)).toEqual([second]);
  });
});
