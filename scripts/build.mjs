/** Builds what is stale: the Prisma client, the programs (esbuild → dist/) and the pages (next build → .next). */
import { existsSync } from 'node:fs';
import { run } from './install.mjs';
import { generate } from './generate.mjs';
import { isFresh, stamp } from './stamp.mjs';

const PROGRAMS = ['main', 'web', 'controller', 'broker', 'seed', 'fleet', 'image-inspector'];
const COMMON = ['src', 'prisma', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'];
const PAGES = [...COMMON, 'public', 'next.config.ts', 'postcss.config.mjs'];
/** Packages inside a bundle that are CommonJS ask for require. */
const REQUIRE = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

async function bundle() {
  const { build, stop } = await import('esbuild');
  const options = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: 'linked',
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  };
  const entries = Object.fromEntries(PROGRAMS.map((name) => [name, `src/boot/${name}.ts`]));
  if (existsSync('src/cli/main.ts')) entries.cli = 'src/cli/main.ts';
  await build({ ...options, entryPoints: entries, packages: 'external', banner: { js: '' } });
  // The agent goes to gateways as one file, without node_modules.
  const agent = { entryPoints: { agent: 'src/boot/agent.ts' }, packages: 'bundle', banner: { js: REQUIRE } };
  // Modbus over a serial line, which the agent does not use, needs a native package; modbus-serial does without.
  await build({ ...options, ...agent, external: ['serialport'], sourcemap: false });
  // Its own process would stay as long as Fairlead runs, with 90 MB.
  await stop();
}

/** Resolves when everything is up to date. Runs on the project's own Node. */
export async function buildStale({ pages = true } = {}) {
  generate();
  if (!isFresh('programs', COMMON, 'dist/main.mjs')) {
    process.stdout.write('  Building the programs …\n');
    await bundle();
    stamp('programs', COMMON);
  }
  if (pages && !isFresh('pages', PAGES, '.next/BUILD_ID')) {
    process.stdout.write('  Building the pages …\n');
    run('next', ['build'], 'The pages could not be built: see the message above.');
    stamp('pages', PAGES);
  }
}

if (process.argv[1]?.endsWith('build.mjs')) await buildStale({ pages: !process.argv.includes('--no-pages') });
