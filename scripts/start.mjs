/** `npm start` and `npm run dev`: installs and builds what is missing, then runs src/boot/main.ts on the project's own Node. */
import { spawn } from 'node:child_process';
import { ensureInstalled, giveUp, NODE } from './install.mjs';

const args = process.argv.slice(2);
const dev = args.includes('--dev');
ensureInstalled();

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { buildStale } = await import('./build.mjs');
  await buildStale({ pages: !dev });
  process.argv[1] = 'dist/main.mjs';
  await import('../dist/main.mjs');
} else {
  // The first start may run on an older Node: hand over to the one that was just installed.
  const child = spawn(NODE, ['scripts/start.mjs', ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(`The project's own Node could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
