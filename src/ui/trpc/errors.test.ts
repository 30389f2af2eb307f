import { describe, expect, it } from 'vitest';
import { explainError } from './errors';

describe('explainError', () => {
  it('says which part of the input is wrong, by the name that a person knows', () => {
    const fields = { 'fields.version': ['must be a version such as v5.0.5'], 'fields.changelog.3': ['Too long'], siteId: ['Required'] };
    const { message, actions } = explainError({ message: 'Some of what was entered is not valid.', data: { fields } });
    expect(message).toBe('Some of what was entered is not valid.');
    expect(actions).toEqual(['Version: must be a version such as v5.0.5', 'Changelog 4: Too long', 'Site id: Required']);
  });

  it('has its own words where there was no answer', () => {
    expect(explainError(new TypeError('fetch failed')).message).toBe('The server did not answer.');
  });
});
