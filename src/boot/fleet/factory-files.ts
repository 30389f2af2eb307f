/** What a crane's gateway has on its disk besides its images: parameters, calibration, counters, and a network with a secret in it. */
import { createHash } from 'node:crypto';
import { between, noiseAt } from '#/agent/crane-script/noise';
import type { FolderPart } from '#/agent/recovery/gateway-folders';
import type { FleetGateway } from '#/protocol/demo/fleet-plan';

type FactoryFile = { part: FolderPart; name: string; text: string };

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The same files for the same gateway, always. */
export function factoryFiles({ name, serialNumber, craneKind, link, scriptSeed }: FleetGateway): FactoryFile[] {
  const some = (salt: number, low: number, high: number, digits = 2) =>
    Number(between(low, high, noiseAt(scriptSeed, salt)).toFixed(digits));
  const secret = (salt: string) => createHash('sha256').update(`${salt}/${serialNumber}`).digest('base64url').slice(0, 20);
  const host = Math.floor(some(61, 10, 250, 0));
  return [
    {
      part: 'data',
      name: 'crane-parameters.json',
      text: json({
        crane: name,
        kind: craneKind,
        hoist: {
          ratedLoadKg: craneKind === 'sts' ? 65_000 : 40_000,
          maxSpeedMps: some(62, 1.2, 3),
          brakeTorqueNm: some(63, 9000, 14_000, 0),
        },
        trolley: { maxSpeedMps: some(64, 2, 4.2), softStopM: some(65, 0.8, 1.6) },
        gantry: { maxSpeedMps: some(66, 0.7, 2.2), railGaugeM: craneKind === 'sts' ? 30.48 : 23.6 },
      }),
    },
    {
      part: 'data',
      name: 'calibration/load-cells.csv',
      text: `cell,offset_kg,gain\n${[1, 2, 3, 4].map((cell) => `${cell},${some(70 + cell, -40, 40)},${some(80 + cell, 0.98, 1.02, 5)}`).join('\n')}\n`,
    },
    {
      part: 'data',
      name: 'counters.json',
      text: json({ hoistCycles: Math.floor(some(67, 20_000, 900_000, 0)), hoursInUse: Math.floor(some(68, 900, 40_000, 0)) }),
    },
    {
      part: 'config',
      name: 'network.json',
      text: json({
        hostname: name.toLowerCase(),
        interface: link === 'fibre' ? 'eth0' : link === 'mesh' ? 'wlan0' : 'wwan0',
        address: `10.20.${scriptSeed % 200}.${host}/24`,
        gateway: `10.20.${scriptSeed % 200}.1`,
        ...(link === 'fibre' ? {} : { ssid: 'yard-cranes', psk: secret('psk') }),
        ntp: ['10.20.0.2'],
      }),
    },
    {
      part: 'config',
      name: 'plc.ini',
      text: `[plc]\nhost=10.20.${scriptSeed % 200}.${host + 1}\nport=502\nunit=1\nuser=gateway\npassword=${secret('plc')}\n\n[snmp]\ncommunity=${secret('snmp').slice(0, 10)}\n`,
    },
  ];
}
