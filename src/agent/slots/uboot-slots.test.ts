/** Against the real fw_printenv and fw_setenv on an environment with two redundant copies in a file. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock';
import { createNodeStorage } from '../storage/node-storage';
import { ActiveSlotError } from './slot-port';
import { createUbootEnvironment } from './uboot-environment';
import { activeFromCmdline, openUbootSlots, parseOsRelease } from './uboot-slots';

const COPY_BYTES = 0x4000;
const installed = (() => {
  try {
    execFileSync('fw_printenv', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
let tools: { configPath: string; defaultsPath: string };
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-uboot-'));
  tools = { configPath: file('fw_env.config'), defaultsPath: file('defaults') };
  await writeFile(file('env'), new Uint8Array(2 * COPY_BYTES));
  await writeFile(tools.configPath, `${file('env')} 0x0 0x4000\n${file('env')} 0x4000 0x4000\n`);
  await writeFile(tools.defaultsPath, 'boot_slot=A\nupgrade_available=0\nbootcount=0\nbootlimit=3\n');
  await writeFile(file('a.img'), new Uint8Array(8192));
  await writeFile(file('b.img'), new Uint8Array(4096));
  await writeFile(file('cmdline'), 'console=ttyS0 fairlead.slot=A ro\n');
  await writeFile(file('os-release'), 'PRETTY_NAME="Fairlead OS 5"\nIMAGE_VERSION=v5.0.4\nVERSION_ID="5"\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!installed)('U-Boot environment', () => {
  it('reads the defaults, writes and reads back', async () => {
    const env = createUbootEnvironment(tools);
    expect(await env.read()).toMatchObject({ boot_slot: 'A', bootlimit: '3' });
    await env.write({ boot_slot: 'B', upgrade_available: '1', bootcount: '0', fairlead_attempt: 'OTA-JOB-00001/1' });
    expect(await env.read()).toEqual({
      boot_slot: 'B',
      upgrade_available: '1',
      bootcount: '0',
      bootlimit: '3',
      fairlead_attempt: 'OTA-JOB-00001/1',
    });
  });

  it('changes only the copy that is not in use: one torn write leaves the old environment whole', async () => {
    const env = createUbootEnvironment(tools);
    await env.write({ boot_slot: 'A', upgrade_available: '0' });
    const before = new Uint8Array(await readFile(file('env')));
    await env.write({ boot_slot: 'B', upgrade_available: '1', bootcount: '0' });
    const after = new Uint8Array(await readFile(file('env')));
    const changed = [0, 1].filter((copy) => {
      const part = (bytes: Uint8Array) => Buffer.from(bytes.subarray(copy * COPY_BYTES, (copy + 1) * COPY_BYTES));
      return !part(before).equals(part(after));
    });
    expect(changed).toHaveLength(1);
    const start = (changed[0] as number) * COPY_BYTES;
    for (const cut of [0, 3, 4, 5, 17, 40, COPY_BYTES - 1]) {
      const torn = before.slice();
      torn.set(after.subarray(start, start + cut), start);
      await writeFile(file('torn-env'), torn);
      await writeFile(file('torn.config'), `${file('torn-env')} 0x0 0x4000\n${file('torn-env')} 0x4000 0x4000\n`);
      const vars = await createUbootEnvironment({ configPath: file('torn.config') }).read();
      const old = vars.boot_slot === 'A' && vars.upgrade_available === '0';
      const next = vars.boot_slot === 'B' && vars.upgrade_available === '1';
      expect(old || next).toBe(true);
    }
  });

  it('says which tool failed and why', async () => {
    await copyFile(file('env'), file('other-env'));
    const env = createUbootEnvironment({ configPath: file('none.config') });
    await expect(env.read()).rejects.toThrow(/fw_printenv failed/);
    await expect(env.write({ boot_slot: 'A' })).rejects.toThrow(/fw_setenv failed/);
    await expect(env.write({ boot_slot: 'A\nbootcount=9' })).rejects.toThrow(RangeError);
  });
});

describe.skipIf(!installed)('slots under U-Boot', () => {
  const open = (cmdline = 'cmdline') =>
    openUbootSlots({
      storage: createNodeStorage(),
      clock: systemClock,
      devices: { A: file('a.img'), B: file('b.img') },
      tools,
      cmdlinePath: file(cmdline),
      osReleasePath: file('os-release'),
    });

  it('knows the active slot, its version and the sizes', async () => {
    const slots = await open();
    expect(slots.activeSlot).toBe('A');
    expect(await slots.booted()).toMatchObject({ version: 'v5.0.4', osVersion: 'Fairlead OS 5' });
    expect([await slots.capacityBytes('A'), await slots.capacityBytes('B')]).toEqual([8192, 4096]);
    expect(slots.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await slots.versionIn('B')).toBeNull();
  });

  it('writes the inactive slot only', async () => {
    const slots = await open();
    await expect(slots.openForWrite('A')).rejects.toThrow(ActiveSlotError);
    const target = await slots.openForWrite('B');
    await target.write(new Uint8Array([1, 2, 3]), 0);
    await target.close();
    expect((await readFile(file('b.img'))).subarray(0, 3)).toEqual(Buffer.from([1, 2, 3]));
  });

  it('does not start when the running slot is unproven', async () => {
    await writeFile(file('plain'), 'root=/dev/sda1\n');
    await expect(open('plain')).rejects.toThrow(/names no slot/);
  });
});

it('reads the slot from the kernel command line', () => {
  const devices = { A: '/dev/mmcblk0p2', B: '/dev/mmcblk0p3' };
  expect(activeFromCmdline('root=/dev/mmcblk0p3 rw', [devices])).toBe('B');
  expect(activeFromCmdline('root=/dev/mmcblk0p3 fairlead.slot=A', [devices])).toBe('A');
  expect(activeFromCmdline('fairlead.slot=C root=/dev/mmcblk0p2', [devices])).toBeNull();
  expect(activeFromCmdline('', [devices])).toBeNull();
});

it('reads os-release', () => {
  expect(parseOsRelease(`A="x y"\nB='z'\nC=1\n# no\n`)).toEqual({ A: 'x y', B: 'z', C: '1' });
});
