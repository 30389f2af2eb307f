import { describe, expect, it } from 'vitest';
import { EXAMPLE_POLICY } from '#/domain/safety/policy';
import { basePolicyOf, ConfigError, foldersOf, parseConfig, readConfig } from './agent-config';

const least = {
  serverUrl: 'https://fairlead.example',
  dataFolder: '/var/lib/fairlead',
  serialNumber: 'SN-1',
  model: 'CG-420',
  hardwareRevision: 'rev-c',
  slots: { kind: 'uboot', deviceA: '/dev/mmcblk0p2', deviceB: '/dev/mmcblk0p3' },
};
const parse = (more: object = {}) => parseConfig(JSON.stringify({ ...least, ...more }), 'agent.json');

describe('the configuration', () => {
  it('needs little; the limits are those of the example policy', () => {
    const config = parse();
    expect(config).toMatchObject({ health: { kind: 'session', deadlineSeconds: 300 }, signals: [], telemetrySeconds: 5 });
    expect(config.slots).toMatchObject({ fwEnvConfig: '/etc/fw_env.config', rebootCommand: ['systemctl', 'reboot'] });
    expect(basePolicyOf(config)).toEqual(EXAMPLE_POLICY);
  });

  it('pins limits of its own', () => {
    const policy = basePolicyOf(parse({ limits: { upsHardPercent: 40, motionRestSeconds: 300, holdSeconds: { acs_collision: 90 } } }));
    expect(policy).toMatchObject({ upsHardPercent: 40, motionRestMs: 300_000, upsSoftPercent: EXAMPLE_POLICY.upsSoftPercent });
    expect(policy.holdMs).toEqual({ ...EXAMPLE_POLICY.holdMs, acs_collision: 90_000 });
  });

  it('takes a PLC by its register map and a UPS by NUT', () => {
    const map = { crane_motion: { moving: { table: 'coil', address: 0 }, loadSuspended: { table: 'input', address: 1, bit: 2 } } };
    const signals = [
      { kind: 'modbus', name: 'PLC', host: '10.0.0.5', map },
      { kind: 'nut', name: 'UPS', ups: 'crane@10.0.0.6:3493' },
    ];
    expect(parse({ signals, motionSources: 2 })).toMatchObject({
      motionSources: 2,
      signals: [
        { port: 502, unitId: 1, timeoutMs: 500, map: { crane_motion: { moving: { invert: false } } } },
        { upsc: 'upsc', timeoutMs: 1000 },
      ],
    });
    expect(basePolicyOf(parse({ limits: { maxAgeSeconds: { ups_battery: 5 } } })).maxAgeMs).toEqual({
      ...EXAMPLE_POLICY.maxAgeMs,
      ups_battery: 5000,
    });
  });

  it('names the folders that recovery may touch, beside its own unless it is told', () => {
    expect(foldersOf(parse())).toEqual({
      data: '/var/lib/fairlead/gateway/data',
      config: '/var/lib/fairlead/gateway/config',
      logs: '/var/lib/fairlead/gateway/logs',
      networkFiles: ['network.json'],
    });
    const recovery = { dataFolder: '/srv/crane/data', configFolder: '/srv/crane/etc', networkFiles: ['systemd/network/10-eth0.network'] };
    expect(foldersOf(parse({ recovery }))).toMatchObject({ data: '/srv/crane/data', networkFiles: recovery.networkFiles });
  });

  it.each([
    [{ recovery: { dataFolder: '/' } }, 'recovery.dataFolder holds dataFolder'],
    [{ recovery: { configFolder: '/var/lib' } }, 'recovery.configFolder holds dataFolder'],
    [{ recovery: { dataFolder: '/srv', logsFolder: '/srv/logs' } }, 'recovery.dataFolder holds recovery.logsFolder'],
    [{ recovery: { networkFiles: ['../shadow'] } }, 'must be a path inside the configuration folder'],
    [{ slots: { kind: 'file', folder: '/srv/slots', capacityBytes: 1 }, recovery: { dataFolder: '/srv' } }, 'holds slots.folder'],
    [{ signals: [{ kind: 'nut', name: 'ups', ups: 'a b' }] }, 'must be ups[@host[:port]]'],
    [{ serverUrl: undefined }, 'serverUrl is missing'],
    [{ serverUrl: 'ftp://x' }, 'serverUrl is wrong (must be an http or https address)'],
    [{ dataFolder: 'data' }, 'dataFolder is wrong (must be an absolute path)'],
    [{ slots: { kind: 'rauc' } }, 'slots.kind'],
    [{ signals: [{ kind: 'exec', name: 'ups', command: [] }] }, 'signals.0.command'],
    [{ retries: 3 }, 'retries'],
  ])('says what is wrong with %j', (more, sentence) => {
    expect(() => parse(more)).toThrow(ConfigError);
    expect(() => parse(more)).toThrow(sentence);
  });

  it('says when the file is missing or no JSON', async () => {
    await expect(readConfig('/nowhere/agent.json')).rejects.toThrow('there is no such file');
    expect(() => parseConfig('{', 'agent.json')).toThrow('agent.json is not JSON');
  });
});
