/** Clients that stop reading: what they lose, what they never lose, and how they come back. */
import { beforeAll, describe, expect, it } from 'vitest';
import { getPool } from '../db/client';
import { getLiveHub } from '../live/hub';
import { makeGateway, makePerson } from '../testing/fleet-rows';
import { says, tell } from '../testing/tell';
import { startUpdates, UpdatesSocket } from '../testing/updates-socket';
import { until } from '../testing/until';

let token = '';

beforeAll(async () => {
  token = (await makePerson('viewer')).token;
});

describe('slow clients', () => {
  /** A connected client of a gateway of its own that has stopped reading; the server does not mind for a while. */
  async function stopped() {
    const patient = await startUpdates();
    const target = await makeGateway();
    const client = new UpdatesSocket(`${patient.url}?gateway_id=${target.id}`, { headers: { authorization: `Bearer ${token}` } });
    await until(async () => {
      await tell(target, 'knock');
      return client.messages.length > 0;
    });
    client.socket.pause();
    return { patient, target, client };
  }

  it('lose progress that is superseded, keep every event, and hear the newest when they read again', async () => {
    const { patient, target, client } = await stopped();
    // More than the kernel's own buffers take.
    const steps = 1200;
    const jobs = 30;
    for (let q = 1; q <= steps; q += 1) {
      const { id: g, siteId: s } = target;
      const batch = Array.from({ length: jobs }, (_, job) => ({
        j: `slow-${job}`,
        g,
        s,
        st: 'writing',
        p: q / 4,
        b: q,
        t: steps,
        v: 1,
        q,
        at: q,
      }));
      // Straight from the hub: 1,200 notifications would only test the database.
      getLiveHub().emit('progress', batch);
    }
    await tell(target, 'kept');
    client.socket.resume();
    await client.next(says('kept'));
    await client.next((message) => message.job_id === `slow-${jobs - 1}` && message.progress === steps / 4);
    expect(client.messages.length).toBeLessThan(steps * jobs);
    for (let job = 0; job < jobs; job += 1) {
      const values = client.messages.flatMap((message) => (message.job_id === `slow-${job}` ? [Number(message.progress)] : []));
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.at(-1)).toBe(steps / 4);
    }
    await patient.close();
  });

  it('are closed with 1013 when events pile up, and get them when they come back', async () => {
    const { patient, target, client } = await stopped();
    const sql = `INSERT INTO "StreamEvent" ("gatewayId", "siteId", type, payload)
      SELECT $1::uuid, $2::uuid, 'status_change', jsonb_build_object('message', repeat('x', 4000)) FROM generate_series(1, 4000)`;
    await getPool().query(sql, [target.id, target.siteId]);
    await tell(target, 'end of the pile');
    await until(() => patient.isClosing());
    client.socket.resume();
    expect(await client.ended).toBe(1013);
    const heard = [...client.messages];
    const isEnd = says('end of the pile');
    // What piles up while it catches up may close it again: it comes back until it has heard the end, as every client does.
    while (!heard.some(isEnd)) {
      const back = new UpdatesSocket(`${patient.url}?gateway_id=${target.id}&since=${heard.at(-1)?.id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      let code: number | null = null;
      void back.ended.then((ended) => {
        code = ended;
      });
      await until(() => code !== null || back.messages.some(isEnd));
      expect([null, 1013]).toContain(code);
      heard.push(...back.messages);
    }
    expect(heard.filter(({ message }) => String(message).startsWith('xxx'))).toHaveLength(4000);
    await patient.close();
  });
});
