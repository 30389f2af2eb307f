import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEnv } from './env';
import { envSchema } from './env-schema';

type Entry = { name: string; value: string; description: string };

/** `# description` and `# NAME=value` lines of .env.example; a description may span several lines. */
function readExample(): Entry[] {
  const blocks = readFileSync('.env.example', 'utf8')
    .trim()
    .split(/\n\s*\n/);
  return blocks.flatMap((block) => {
    const lines = block.split('\n').map((line) => line.replace(/^#\s?/, ''));
    const assignment = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(lines.at(-1)?.trim() ?? '');
    if (!assignment) return [];
    return [{ name: assignment[1] ?? '', value: assignment[2] ?? '', description: lines.slice(0, -1).join(' ').trim() }];
  });
}

/** The default as text; empty when the variable has none. */
function defaultOf(field: (typeof envSchema.shape)[keyof typeof envSchema.shape]): string {
  const parsed = field.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return '';
  return typeof parsed.data === 'boolean' ? (parsed.data ? '1' : '0') : String(parsed.data);
}

describe('.env.example', () => {
  it('lists exactly the variables of the schema, with description and default', () => {
    const expected = Object.entries(envSchema.shape).map(([name, field]) => ({
      name,
      value: defaultOf(field),
      description: field.description,
    }));
    expect(readExample()).toEqual(expected);
  });

  it('is usable as it stands, with the two that have no default', () => {
    const given = Object.fromEntries(readExample().map(({ name, value }) => [name, value]));
    const needed = { DATABASE_URL: 'postgresql://localhost/x', FAIRLEAD_SECRET: 'x'.repeat(32) };
    expect(parseEnv({ ...given, ...needed })).toEqual(parseEnv(needed));
  });
});
