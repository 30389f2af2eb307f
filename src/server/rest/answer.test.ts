import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DomainError, ERROR_CODES } from '#/domain/errors/domain-error';
import { OTA_CODE } from '#/domain/errors/ota-codes';
import { errorBodySchema } from '#/protocol/rest/error';
import { errorAnswer } from './answer';
import { HTTP_STATUS } from './http-status';

const bodyOf = (cause: unknown) => errorBodySchema.parse(JSON.parse(String(errorAnswer(cause, 'req_1').body)));

describe('errors as the contract writes them', () => {
  it.each(ERROR_CODES)('%s has its status, its number and its request', (code) => {
    const error = new DomainError(code, 'what happened', { a: 1 }, ['do this']);
    expect(errorAnswer(error, 'req_1').status).toBe(HTTP_STATUS[code]);
    expect(bodyOf(error)).toMatchObject({
      error: true,
      code,
      message: 'what happened',
      details: { a: 1 },
      suggested_actions: ['do this'],
      request_id: 'req_1',
    });
    expect(bodyOf(error).error_code).toBe(OTA_CODE[code]);
  });

  it('what is not ours never leaks', () => {
    for (const cause of [new Error('SELECT * FROM "User" at /srv/app.js:1'), 'text', null, new TypeError('x is not a function')]) {
      const { status, body } = errorAnswer(cause, 'req_1');
      expect(status).toBe(500);
      expect(body).not.toMatch(/SELECT|app\.js|not a function|text/);
      expect(bodyOf(cause).code).toBe('INTERNAL');
    }
  });

  it('a database that is gone is 503, found through causes', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const cause of [
      refused,
      new Error('outer', { cause: refused }),
      new AggregateError([refused]),
      Object.assign(new Error(), { code: 'P1001' }),
    ]) {
      expect(errorAnswer(cause, 'req_1')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    }
  });

  it('a schema error names each field', () => {
    const result = z.strictObject({ a: z.strictObject({ b: z.number() }) }).safeParse({ a: { b: 'x', c: 1 }, d: 2 });
    expect(bodyOf(result.error)).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'a.b' }, { path: 'a.c', message: 'unknown field' }, { path: 'd' }] },
    });
  });
});
