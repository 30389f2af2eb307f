/** The boot environment of U-Boot, through `fw_printenv` and `fw_setenv` of libubootenv-tool. */
import { execFile } from 'node:child_process';
import { type BootEnvironment, checked, parseEnvironment } from './boot-environment';

export type UbootTools = {
  /** fw_env.config: where the environment's two copies are. */
  configPath: string;
  /** A default environment, needed by fw_setenv when neither copy is valid yet. */
  defaultsPath?: string;
  printenv?: string;
  setenv?: string;
};

const TIMEOUT_MS = 20_000;

export class UbootToolError extends Error {
  override readonly name = 'UbootToolError';
}

export function createUbootEnvironment(tools: UbootTools): BootEnvironment {
  const common = ['-c', tools.configPath, ...(tools.defaultsPath === undefined ? [] : ['-f', tools.defaultsPath])];
  return {
    async read() {
      return parseEnvironment(await run(tools.printenv ?? 'fw_printenv', common, null));
    },
    // Script mode changes any number of variables in one write of the copy that is not in use.
    async write(changes) {
      const lines = Object.entries(changes).map(([name, value]) => `${name}=${checked(name, value)}\n`);
      await run(tools.setenv ?? 'fw_setenv', [...common, '-s', '-'], lines.join(''));
    },
  };
}

function run(program: string, parameters: string[], input: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, parameters, { timeout: TIMEOUT_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = stderr.trim().split('\n')[0] ?? '';
      reject(new UbootToolError(`${program} failed: ${said === '' ? error.message : said}`, { cause: error }));
    });
    child.stdin?.on('error', () => {
      // The program ended before it read its input; its exit status tells why.
    });
    child.stdin?.end(input ?? '');
  });
}
