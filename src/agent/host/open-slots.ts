/** The slots and the restart of a real host, as the configuration says. */
import { execFile } from 'node:child_process';
import type { AgentConfig } from '../config/agent-config';
import type { Clock } from '../ports';
import { openFileSlots } from '../slots/file-slots';
import type { SlotPort } from '../slots/slot-port';
import { openUbootSlots } from '../slots/uboot-slots';
import type { Storage } from '../storage/storage';

export function openSlots({ slots }: AgentConfig, storage: Storage, clock: Clock): Promise<SlotPort> {
  if (slots.kind === 'file') return openFileSlots({ storage, clock, ...slots });
  const { deviceA, deviceB, fwEnvConfig, environmentDefaults } = slots;
  return openUbootSlots({
    storage,
    clock,
    devices: { A: deviceA, B: deviceB },
    tools: { configPath: fwEnvConfig, ...(environmentDefaults === undefined ? {} : { defaultsPath: environmentDefaults }) },
  });
}

/** A machine that was told to restart and has not gone down after this long will not. */
const GOING_DOWN_MS = 10 * 60_000;
/** For a service manager that starts the agent again (systemd: RestartForceExitStatus=75). */
export const RESTART_STATUS = 75;

type Reboot = (reason: string, end: () => Promise<void>) => Promise<void>;

export function createReboot({ slots }: AgentConfig, clock: Clock): Reboot {
  return slots.kind === 'file' ? (_reason, end) => end().then(restartProcess) : () => restartMachine(slots.rebootCommand, clock);
}

/**
 * The process becomes a new one with the same id: nothing is left that a kill could separate, as a parent and its child
 * would be. Where the system cannot do that, the service manager must start it again.
 */
function restartProcess(): never {
  if (process.execve === undefined) process.exit(RESTART_STATUS);
  return process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], process.env);
}

/** The system stops the agent while it goes down. Rejects when it does not go down. */
async function restartMachine(command: readonly string[], clock: Clock): Promise<void> {
  const [program = '', ...parameters] = command;
  await new Promise<void>((resolve, reject) => {
    execFile(program, parameters, (error) => (error ? reject(new Error(`the restart failed: ${error.message}`)) : resolve()));
  });
  await clock.wait(GOING_DOWN_MS);
  throw new Error(`${program} said that it restarts the machine, but it still runs`);
}
