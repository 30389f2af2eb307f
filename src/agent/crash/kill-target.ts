/**
 * A whole agent process for the kill test: real disk, real HTTP, real MQTT, signed commands, the update engine. It lacks
 * what the update does not need (telemetry, enrolment, configuration). Ends with status 75 where a gateway would restart.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importJWK, type JWK, jwtVerify } from 'jose';
import mqtt from 'mqtt';
import { COMMAND_JWS_TYP, commandClaimsSchema } from '#/protocol/mqtt/commands';
import { confirmSchema, type DurableEvent } from '#/protocol/mqtt/events';
import { topicFor } from '#/protocol/mqtt/topics';
import { systemClock } from '../clock';
import { createHealthCheck } from '../health/health-check';
import { openJournal } from '../journal/journal';
import { openOutbox } from '../outbox/outbox';
import { openFileSlots } from '../slots/file-slots';
import { createNodeStorage } from '../storage/node-storage';
import { clearSignals } from '../testing/sim-gateway';
import { createUpdateEngine } from '../update/engine';

type Config = { folder: string; mqttUrl: string; baseUrl: string; gatewayId: string; secret: string; commandKey: JWK };
/** kill-9.test.ts starts the process again when it ends with this. */
const RESTART_STATUS = 75;

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Config;
const { folder, gatewayId, secret } = config;
const storage = createNodeStorage();
const clock = systemClock;
const slots = await openFileSlots({ storage, folder, clock, capacityBytes: 10_000_000 });
const journal = await openJournal(storage, join(folder, 'data/journal.json'));
const outbox = await openOutbox({ storage, folder: join(folder, 'data/outbox'), clock, segmentBytes: 20_000 });
const client = mqtt.connect(config.mqttUrl, {
  clientId: gatewayId,
  username: gatewayId,
  password: secret,
  clean: false,
  reconnectPeriod: 100,
});
const commandKey = await importJWK(config.commandKey, 'EdDSA');

const engine = createUpdateEngine({
  clock,
  storage,
  stagingFolder: join(folder, 'data/staging'),
  slots,
  journal,
  reporter: { durable: async (body) => void (await outbox.append(body)), progress: () => {} },
  signals: { read: async () => clearSignals(clock) },
  rebooter: { reboot: async () => process.exit(RESTART_STATUS) },
  health: createHealthCheck({ kind: 'none', isConnected: () => client.connected, deadlineMs: 20_000, intervalMs: 20 }, clock),
  fetchHttp: fetch,
  server: { baseUrl: config.baseUrl, gatewayId, secret },
  tuning: { writeChunkBytes: 16_384, download: { firstDelayMs: 50 } },
});

const publish = (event: DurableEvent) => client.publish(topicFor(gatewayId, 'event'), JSON.stringify(event), { qos: 1 });

async function sayHello(): Promise<void> {
  const { bootId, bootedAt, activeSlot, slots: reports, rollbackCount, job } = engine.view();
  const { osVersion, kernel } = await slots.booted();
  const identity = {
    agentVersion: 'test',
    bootloader: slots.bootloader,
    model: 'test',
    serialNumber: gatewayId,
    hardwareRevision: 'rev-c',
  };
  const lastCommandSeq = journal.commandLog.lastSeq();
  const place = { bootId, bootedAt, activeSlot, slots: reports, rollbackCount, job, lastCommandSeq };
  await outbox.append({ type: 'hello', ...identity, osVersion, kernel, ...place });
}

async function obey(jws: string): Promise<void> {
  const { payload } = await jwtVerify(jws, commandKey, {
    issuer: 'fairlead',
    audience: gatewayId,
    typ: COMMAND_JWS_TYP,
    algorithms: ['EdDSA'],
  });
  const { jti: id, seq, body } = commandClaimsSchema.parse(payload);
  const { commandLog } = journal;
  const known = commandLog.find(id);
  const { code, message, details = {} } = known ?? (await engine.handle(body));
  await commandLog.record({ id, seq, code, message, details });
  await outbox.append({ type: 'command_result', commandId: id, seq, code, message, details });
}

let door: Promise<void> = Promise.resolve();
client.on('message', (topic, payload) => {
  if (topic === topicFor(gatewayId, 'confirm')) {
    const { epoch, n } = confirmSchema.parse(JSON.parse(payload.toString()));
    void outbox.confirm(epoch, n);
  } else door = door.then(() => obey(payload.toString()));
});
await engine.start();
outbox.onAppend(publish);
/** On every connection: what waits, the subscriptions, then who this is. */
function greet(): void {
  for (const event of outbox.pending(0, 10_000)) publish(event);
  client.subscribe([topicFor(gatewayId, 'cmd'), topicFor(gatewayId, 'confirm')], { qos: 1 }, () => void sayHello());
}
client.on('connect', greet);
if (client.connected) greet();
