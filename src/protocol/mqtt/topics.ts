/** Topics of the agent wire, version 1. server/enrolment/topic-acl.ts builds its rules from these. */
export const WIRE_VERSION = 1;
export const TOPIC_ROOT = 'fairlead/v1/g';

/** Agent to server. event: durable, confirmed; the others may be lost. presence: retained, last will. */
export const UP_CHANNELS = ['event', 'progress', 'telemetry', 'presence'] as const;
/** Server to agent. cmd: signed commands; confirm: how far the durable stream is committed. */
export const DOWN_CHANNELS = ['cmd', 'confirm'] as const;
export type UpChannel = (typeof UP_CHANNELS)[number];
export type DownChannel = (typeof DOWN_CHANNELS)[number];

/** The topic of one channel of one gateway, `+` for all gateways. */
export function topicFor(gatewayId: string, channel: UpChannel | DownChannel): string {
  const direction = (UP_CHANNELS as readonly string[]).includes(channel) ? 'up' : 'down';
  return `${TOPIC_ROOT}/${gatewayId}/${direction}/${channel}`;
}

const TOPIC = /^fairlead\/v1\/g\/([^/+#]+)\/(up|down)\/([a-z]+)$/;

/** Gateway and channel of an up topic, or null for anything else. */
export function parseUpTopic(topic: string): { gatewayId: string; channel: UpChannel } | null {
  const match = TOPIC.exec(topic);
  if (match?.[2] !== 'up' || !(UP_CHANNELS as readonly string[]).includes(match[3] ?? '')) return null;
  return { gatewayId: match[1] as string, channel: match[3] as UpChannel };
}
