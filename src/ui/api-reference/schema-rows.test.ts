import { describe, expect, it } from 'vitest';
import { schemaRows, typeOf } from './schema-rows';

describe('a schema as rows', () => {
  it('names nested fields by path, with what they are', () => {
    const rows = schemaRows({
      required: ['job'],
      properties: {
        job: { type: 'object', required: [], properties: { id: { type: 'string', description: 'its name' } } },
        logs: { type: 'array', items: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } } },
      },
    });
    expect(rows).toEqual([
      { path: 'job', type: 'object', required: true, description: '' },
      { path: 'job.id', type: 'string', required: false, description: 'its name' },
      { path: 'logs', type: 'list of object', required: false, description: '' },
      { path: 'logs[].at', type: 'date-time', required: false, description: '' },
    ]);
  });

  it.each([
    [{ enum: ['A', 'B'] }, 'A | B'],
    [{ const: true }, 'true'],
    [{ anyOf: [{ type: 'number' }, { type: 'null' }] }, 'number or null'],
    [{ type: 'array', items: { type: 'string' } }, 'list of string'],
    [{}, 'any'],
  ])('%j is %s', (schema, text) => expect(typeOf(schema)).toBe(text));
});
