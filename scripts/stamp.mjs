/** Whether something made from files is still made from them: a hash of their content, kept in dist/.stamps. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join('dist', '.stamps');

function* filesOf(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const name of readdirSync(path).sort()) {
    if (name === 'generated' || name.includes('.test.')) continue;
    yield* filesOf(join(path, name));
  }
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(process.version);
  for (const path of inputs.flatMap((input) => [...filesOf(input)])) hash.update(path).update('\0').update(readFileSync(path));
  return hash.digest('hex');
}

/** True when `output` exists and was stamped for the inputs as they are now. */
export function isFresh(name, inputs, output) {
  const file = join(FOLDER, name);
  return existsSync(output) && existsSync(file) && readFileSync(file, 'utf8') === hashOf(inputs);
}

export function stamp(name, inputs) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), hashOf(inputs));
}
