/** The gateway program (src/boot/agent.ts) as one file, for tests that kill it. */
import { join } from 'node:path';
import { build } from 'esbuild';

/** Writes <folder>/agent.mjs and returns its path. */
export async function bundleProgram(folder: string): Promise<string> {
  const program = join(folder, 'agent.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../boot/agent.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['serialport'],
    // Packages inside that are CommonJS ask for require.
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    alias: { '#': join(import.meta.dirname, '../..') },
    logLevel: 'error',
  });
  return program;
}
