import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDb } from '../db/client';
import { errorBodySchema } from '#/protocol/rest/error';

const holder = globalThis as { fairleadEnv?: { DATABASE_URL: string } };

async function ask(): Promise<Response> {
  const { handleRest } = await import('./handle-rest');
  const request = new Request('http://localhost:3000/cloud-integration/gateway/status', { headers: { authorization: 'Bearer flt_any' } });
  return handleRest(request, { ip: '127.0.0.1' });
}

async function pointAt(url: string): Promise<void> {
  await closeDb();
  const { getEnv } = await import('../config/env');
  holder.fairleadEnv = { ...getEnv(), DATABASE_URL: url };
}

describe('without a database', () => {
  // Takes connections and never says a word.
  const silent = createServer(() => undefined);
  let port = 0;
  let real = '';
  beforeAll(async () => {
    const { getEnv } = await import('../config/env');
    real = getEnv().DATABASE_URL;
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    port = (silent.address() as { port: number }).port;
  });
  afterAll(async () => {
    await pointAt(real);
    silent.close();
  });

  const expectUnavailable = async (response: Response) => {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const text = await response.text();
    expect(errorBodySchema.parse(JSON.parse(text)).code).toBe('SERVICE_UNAVAILABLE');
    expect(text).not.toMatch(/prisma|postgres|127\.0\.0\.1|ECONN/i);
  };

  it('one that refuses connections: 503 at once', async () => {
    await pointAt('postgresql://fairlead:x@127.0.0.1:1/fairlead');
    await expectUnavailable(await ask());
  });

  it('one that says nothing: 503 after some seconds, no hang', async () => {
    await pointAt(`postgresql://fairlead:x@127.0.0.1:${port}/fairlead`);
    await expectUnavailable(await ask());
  });

  it('and it comes back by itself', async () => {
    await pointAt(real);
    expect((await ask()).status).toBe(401);
  });
});
