/** What is told to channels. Alarms go to every channel that takes their priority; news only to those that ask for it. */
import type { GatewaySettingsBody } from '../settings/gateway-settings';

export const ALARM_TOPICS = ['alarm.raised', 'alarm.cleared'] as const;
export const NEWS_TOPICS = ['job.downloaded', 'job.installed', 'job.reboot_scheduled', 'update.available'] as const;
export type NewsTopic = (typeof NEWS_TOPICS)[number];
export type Topic = (typeof ALARM_TOPICS)[number] | NewsTopic | 'channel.test';

/** The setting of the gateway that lets a piece of news go out. */
export const NEWS_SETTING: Record<NewsTopic, keyof GatewaySettingsBody['notifications']> = {
  'job.downloaded': 'download_complete',
  'job.installed': 'installation_complete',
  'job.reboot_scheduled': 'reboot_warning',
  'update.available': 'available_updates',
};

export const TOPIC_WORDS: Record<Topic, string> = {
  'alarm.raised': 'Alarm raised',
  'alarm.cleared': 'Alarm condition gone',
  'job.downloaded': 'Download complete',
  'job.installed': 'Installation complete',
  'job.reboot_scheduled': 'Reboot warning',
  'update.available': 'Update on offer',
  'channel.test': 'Test message',
};
