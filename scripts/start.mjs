/** `npm start` and `npm run dev`: installs and builds what is missing, then runs src/boot/main.ts on the project's own Node. */
import { spawn, spawnSync } from 'node:child_process';
import { ensureInstalled, giveUp, NODE } from './install.mjs';

const args = process.argv.slice(2);
ensureInstalled();
// By the project's own Node: the first start may run on an older one.
const built = spawnSync(NODE, ['scripts/build.mjs', ...(args.includes('--dev') ? ['--no-pages'] : [])], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

/**
 * In a session of its own: a terminal sends Ctrl-C to every program that it sees, the database too, which has to end last.
 * The channel tells it when this process is gone.
 */
const child = spawn(NODE, ['dist/main.mjs', ...args], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => giveUp(`The project's own Node could not be started: ${error.message}`));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
