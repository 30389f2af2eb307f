/** File rules that Biome has no lint for: length, names, no barrels, no rooms for leftovers. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const HARD_LIMIT = 350;
const COMPONENT_LIMIT = 250;
const DOOR_LIMIT = 60;
const DOORS = [/^src\/app\/api\/.*\.ts$/, /^src\/server\/rest\/routes\//, /^src\/server\/trpc\/routers\//];
const LEFTOVER_ROOMS = /\/(utils|helpers|common|lib|misc)(\/|\.ts)/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
/** Names that Next gives meaning to. */
const FRAMEWORK = /^(\[.+\]|\(.+\)|\[\[\.\.\..+\]\]|not-found|global-error)$/;

const faults = [];
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'e2e', 'bench', 'scripts', 'prisma'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && existsSync(path));
const lengths = [];
for (const path of files) {
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n').length - 1;
  lengths.push(lines);
  const limit = DOORS.some((door) => door.test(path))
    ? path.includes('.test.')
      ? HARD_LIMIT
      : path.includes('/routers/')
        ? 2 * DOOR_LIMIT
        : DOOR_LIMIT
    : path.endsWith('.tsx')
      ? COMPONENT_LIMIT
      : HARD_LIMIT;
  if (lines > limit) faults.push(`${path}: ${lines} lines; at most ${limit}: split it by what it does`);
  if (LEFTOVER_ROOMS.test(path)) faults.push(`${path}: a room for leftovers; name it after its feature`);
  if (/^index\.tsx?$/.test(basename(path)) && /export .* from/.test(text)) faults.push(`${path}: a barrel; import from the file itself`);
  const name = basename(path).replace(/\.(ts|tsx|mjs)$/, '');
  if (!KEBAB.test(name) && !FRAMEWORK.test(name)) faults.push(`${path}: file names are kebab-case`);
}
lengths.sort((a, b) => a - b);
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.stdout.write(
  `${files.length} files, median ${lengths[Math.floor(lengths.length / 2)]} lines, longest ${lengths.at(-1)}; ${faults.length} faults\n`,
);
process.exit(faults.length > 0 ? 1 : 0);
