/** What a gateway says, as it goes over the wire; and a bare MQTT client with a gateway's identity. For tests. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { JobEventName, JobState } from '#/domain/jobs/job-machine';
import type { DurableBody, DurableEvent, SlotReport } from '#/protocol/mqtt/events';
import { topicFor } from '#/protocol/mqtt/topics';

type Hello = Extract<DurableBody, { type: 'hello' }>;

export function durable(epoch: string, n: number, body: DurableBody): DurableEvent {
  return { v: 1, epoch, n, at: new Date().toISOString(), body };
}

/** The report of one move; `message` names the sequence number, so that a timeline can be compared. */
export function jobReport(jobId: string, seq: number, event: JobEventName, state: JobState): DurableBody {
  return { type: 'job', jobId, attempt: 1, seq, event, state, holds: [], message: `${seq} ${event}`, details: {} };
}

/** A whole update, move by move, as the agent reports it. */
export const HAPPY_PATH: readonly (readonly [JobEventName, JobState])[] = [
  ['accept', 'accepted'],
  ['start_download', 'downloading'],
  ['pause', 'paused'],
  ['resume', 'downloading'],
  ['finish_download', 'downloaded'],
  ['start_verify', 'verifying'],
  ['hold', 'waiting'],
  ['resume', 'verifying'],
  ['start_write', 'writing'],
  ['finish_write', 'written'],
  ['switch_slot', 'boot_pending'],
  ['boot', 'booted_unconfirmed'],
  ['confirm', 'confirmed'],
];

export function hello(data: Partial<Hello> = {}): Hello {
  const slot = { sha256: null, health: 'good', bootCount: 1, sizeBytes: 1e9, usedBytes: 1e6 } as const;
  const slots: SlotReport[] = [
    { id: 'A', version: 'v1.0.0', status: 'healthy', nextBoot: true, ...slot },
    { id: 'B', version: null, status: 'empty', nextBoot: false, ...slot },
  ];
  return {
    type: 'hello',
    agentVersion: '1',
    osVersion: 'linux',
    kernel: 'k',
    bootloader: 'b',
    model: 'm',
    serialNumber: 's',
    hardwareRevision: 'h',
    bootId: 'boot-1',
    bootedAt: new Date(0).toISOString(),
    activeSlot: 'A',
    slots,
    rollbackCount: 0,
    job: null,
    lastCommandSeq: 0,
    ...data,
  };
}

export type Device = {
  client: MqttClient;
  /** Payloads that came on this gateway's down topics. */
  commands: string[];
  confirms: { epoch: string; n: number }[];
  say(channel: 'event' | 'progress' | 'telemetry' | 'presence', value: unknown, retain?: boolean): Promise<unknown>;
};

/** Connected, subscribed and greeted as an agent is. */
export async function connectDevice(url: string, gateway: { id: string; secret: string }, options: IClientOptions = {}): Promise<Device> {
  const will = { topic: topicFor(gateway.id, 'presence'), payload: Buffer.from('{"v":1,"online":false}'), qos: 1, retain: true } as const;
  const client = await mqtt.connectAsync(url, {
    protocolVersion: 4,
    clientId: gateway.id,
    username: gateway.id,
    password: gateway.secret,
    clean: false,
    reconnectPeriod: 200,
    will,
    ...options,
  });
  const device: Device = {
    client,
    commands: [],
    confirms: [],
    say: (channel, value, retain = false) => client.publishAsync(topicFor(gateway.id, channel), JSON.stringify(value), { qos: 1, retain }),
  };
  client.on('error', () => {});
  client.on('message', (topic, payload) => {
    if (topic === topicFor(gateway.id, 'cmd')) device.commands.push(payload.toString());
    else device.confirms.push(JSON.parse(payload.toString()) as { epoch: string; n: number });
  });
  await client.subscribeAsync([topicFor(gateway.id, 'cmd'), topicFor(gateway.id, 'confirm')], { qos: 1 });
  await device.say('presence', { v: 1, online: true }, true);
  return device;
}
