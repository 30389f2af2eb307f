import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { describe, expect, it } from 'vitest';
import { appRouter } from './app-router';
import { toTrpcError, UNEXPECTED } from './error-map';
import { requireSameRights } from './live-stream';

const sql = 'Invalid `prisma.user.findUnique()` invocation: SELECT 1 FROM "User"';

describe('errors that are not ours', () => {
  it('say nothing of their inside', () => {
    expect(toTrpcError(new Error(sql))).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: UNEXPECTED });
  });

  it.each([
    ['is gone', { code: 'ECONNREFUSED' }, 'SERVICE_UNAVAILABLE'],
    ['ended the connection', { meta: { driverAdapterError: { cause: { code: '57P01' } } } }, 'SERVICE_UNAVAILABLE'],
    ['cannot take a value', { meta: { driverAdapterError: { cause: { originalCode: '22021' } } } }, 'BAD_REQUEST'],
    ['finds a number out of range', { code: 'P2020' }, 'BAD_REQUEST'],
  ])('tell when the database %s', (_what, more, code) => {
    const error = toTrpcError(Object.assign(new Error(sql), more));
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/prisma|SELECT/);
  });

  it('not even before the first procedure has run', async () => {
    const req = new Request('http://localhost/api/trpc/sites.list');
    const createContext = () => Promise.reject(new Error(sql));
    const answer = await fetchRequestHandler({ endpoint: '/api/trpc', req, router: appRouter, createContext });
    const text = await answer.text();
    expect([answer.status, text.includes(UNEXPECTED), text.includes('SELECT')]).toEqual([500, true, false]);
  });
});

describe('a stream whose session is looked at again', () => {
  const session = (grants: { role: 'viewer' | 'operator'; siteId: string | null }[]) => ({ actor: { grants } }) as never;
  const before = session([
    { role: 'viewer', siteId: 'a' },
    { role: 'operator', siteId: 'b' },
  ]);

  it('goes on with the same rights in whatever order', () => {
    const same = session([
      { role: 'operator', siteId: 'b' },
      { role: 'viewer', siteId: 'a' },
    ]);
    expect(() => requireSameRights(before, same)).not.toThrow();
  });
  it.each([
    ['a right is gone', session([{ role: 'viewer', siteId: 'a' }]), 'Your rights have changed.'],
    ['the session is gone', null, 'Your session has ended.'],
  ])('ends when %s', (_what, now, message) => expect(() => requireSameRights(before, now)).toThrow(message));
});
