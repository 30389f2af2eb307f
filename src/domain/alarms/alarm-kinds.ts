/** What Fairlead alarms about: priority, whom it is about, and what an operator does. An alarm without a response would be a message. */
import type { GatewaySettingsBody } from '../settings/gateway-settings';

export const ALARM_KINDS = [
  'site_offline',
  'gateway_offline',
  'gateway_error',
  'job_failed',
  'job_rolled_back',
  'safety_blocking',
  'stale_signal',
  'break_glass',
  'review_overdue',
  'command_forged',
  'agent_data_lost',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** 1: act at once · 2: act within the shift's next minutes · 3: act within the shift. */
export type AlarmPriority = 1 | 2 | 3;

export type AlarmKindRule = {
  priority: AlarmPriority;
  /** Quiet while the gateway is being serviced: that it is away or mute is expected then. */
  quietInMaintenance: boolean;
  /** The setting of the gateway that lets it go out to channels; null: it always goes out. */
  setting: keyof GatewaySettingsBody['notifications'] | null;
  title: string;
  response: string;
};

const OFTEN = { quietInMaintenance: true, setting: 'errors' } as const;
const ALWAYS_SHOWN = { quietInMaintenance: false, setting: 'errors' } as const;

export const ALARM_RULES: Record<AlarmKind, AlarmKindRule> = {
  site_offline: {
    ...ALWAYS_SHOWN,
    setting: null,
    priority: 1,
    title: 'Link to the site lost',
    response: 'Check the uplink and the broker of the site; the gateways are grouped under this alarm.',
  },
  gateway_offline: { ...OFTEN, priority: 3, title: 'Gateway offline', response: 'Check power and network of the gateway.' },
  gateway_error: {
    ...OFTEN,
    priority: 2,
    title: 'Gateway in error',
    response: 'Read the gateway’s log; decide about its job where one waits, else roll back or install again.',
  },
  job_failed: { ...ALWAYS_SHOWN, priority: 2, title: 'Update failed', response: 'Read why on the job’s page and start it again.' },
  job_rolled_back: {
    ...ALWAYS_SHOWN,
    priority: 2,
    title: 'Update rolled back',
    response: 'The gateway runs what it ran before; read why before it is tried again.',
  },
  safety_blocking: {
    ...ALWAYS_SHOWN,
    priority: 3,
    title: 'Safety constraint blocks an update',
    response: 'Wait until it clears, pause the job, or ask for an override.',
  },
  stale_signal: {
    ...OFTEN,
    priority: 2,
    title: 'Safety signal missing during an update',
    response: 'Check the signal’s source on the crane; the update waits until it speaks again.',
  },
  break_glass: {
    ...ALWAYS_SHOWN,
    setting: null,
    priority: 1,
    title: 'Break-glass override in use',
    response: 'Someone else reviews it within 24 hours; revoke it if it is not justified.',
  },
  review_overdue: {
    ...ALWAYS_SHOWN,
    setting: null,
    priority: 1,
    title: 'Review of a break-glass override is overdue',
    response: 'Review it now.',
  },
  command_forged: {
    ...ALWAYS_SHOWN,
    setting: null,
    priority: 1,
    title: 'Command with a wrong signature refused',
    response: 'Find out who sends commands to this gateway; enrol it again if its pinned keys are old.',
  },
  agent_data_lost: {
    ...ALWAYS_SHOWN,
    priority: 3,
    title: 'Agent has lost its data',
    response: 'Check the gateway’s data partition; what it had not reported is gone.',
  },
};

/** Narrows text from the database. */
export function isAlarmKind(value: string): value is AlarmKind {
  return (ALARM_KINDS as readonly string[]).includes(value);
}

/** The stable key of an alarm: one open alarm per kind and subject (gateway, site, request …). */
export function alarmKey(kind: AlarmKind, subject: string): string {
  return `${kind}:${subject}`;
}
