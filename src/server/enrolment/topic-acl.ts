/** Who may say and hear what. The embedded broker asks these functions; Mosquitto gets the same rules as a file. */
import { DOWN_CHANNELS, TOPIC_ROOT, topicFor, UP_CHANNELS } from '#/protocol/mqtt/topics';
import { CONTROLLER_USER } from './controller-credential';

const UP = new Set<string>(UP_CHANNELS);
const DOWN = new Set<string>(DOWN_CHANNELS);

/** A gateway publishes on its own up channels; the controller on down channels of any gateway. Never with wildcards. */
export function mayPublish(user: string, topic: string): boolean {
  const parts = parse(topic);
  if (parts === null || /[+#]/.test(topic)) return false;
  if (user === CONTROLLER_USER) return parts.direction === 'down' && DOWN.has(parts.channel);
  return parts.gatewayId === user && parts.direction === 'up' && UP.has(parts.channel);
}

/** A gateway hears its own down channels; the controller the up channels of all. Shared subscriptions are refused. */
export function maySubscribe(user: string, filter: string): boolean {
  const parts = parse(filter);
  if (parts === null) return false;
  if (user === CONTROLLER_USER)
    return parts.direction === 'up' && (UP.has(parts.channel) || parts.channel === '+' || parts.channel === '#');
  return (
    parts.gatewayId === user && parts.direction === 'down' && (DOWN.has(parts.channel) || parts.channel === '+' || parts.channel === '#')
  );
}

/** The same rules as Mosquitto's acl_file (user names are gateway ids). */
export function toMosquittoAcl(controllerUser: string = CONTROLLER_USER): string {
  return [
    '# Written by `fairlead acl`.',
    `user ${controllerUser}`,
    ...UP_CHANNELS.map((channel) => `topic read ${topicFor('+', channel)}`),
    ...DOWN_CHANNELS.map((channel) => `topic write ${topicFor('+', channel)}`),
    '',
    ...UP_CHANNELS.map((channel) => `pattern write ${topicFor('%u', channel)}`),
    ...DOWN_CHANNELS.map((channel) => `pattern read ${topicFor('%u', channel)}`),
    '',
  ].join('\n');
}

function parse(topic: string): { gatewayId: string; direction: string; channel: string } | null {
  const prefix = `${TOPIC_ROOT}/`;
  if (!topic.startsWith(prefix)) return null;
  const [gatewayId, direction, channel, ...more] = topic.slice(prefix.length).split('/');
  if (!gatewayId || !direction || !channel || more.length > 0) return null;
  return { gatewayId, direction, channel };
}
