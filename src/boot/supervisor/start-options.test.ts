import { describe, expect, it } from 'vitest';
import { readOptions } from './start-options';

describe('options of npm start', () => {
  it('are everything with the demo by default', () => {
    expect(readOptions([])).toEqual({ role: 'all', demo: true, dev: false });
  });
  it('take one role, and no demo', () => {
    expect(readOptions(['--role', 'web', '--no-demo'])).toEqual({ role: 'web', demo: false, dev: false });
  });
  it('refuse what they do not know, in one sentence', () => {
    expect(() => readOptions(['--role', 'agent'])).toThrow('--role takes web, controller or broker, not agent.');
    expect(() => readOptions(['--rolle', 'web'])).toThrow();
  });
});
