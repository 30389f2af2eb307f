import { expect, it } from 'vitest';
import { wordsOf } from './mail-words';

const createdAt = new Date('2026-11-25T01:10:00Z');
const site = { code: 'RTM', name: 'Rotterdam' };

it('says of an alarm what happened, where, when and what to do', () => {
  const alarm = {
    priority: 'P1',
    title: 'Link to the site lost',
    message: 'Most gateways of RTM went offline together',
    response: 'Check the uplink.',
    raised_at: '2026-11-25T01:09:00.000Z',
    url: 'https://fleet.example/alarms?alarm=1',
  };
  const { subject, text } = wordsOf({ topic: 'alarm.raised', createdAt, payload: { site, gateway: null, alarm } });
  expect(subject).toBe('P1 Alarm raised · Link to the site lost · Rotterdam');
  for (const part of ['Most gateways', 'Site: Rotterdam (RTM)', '2026-11-25T01:09:00.000Z', 'Check the uplink.', alarm.url])
    expect(text).toContain(part);
  const over = wordsOf({ topic: 'alarm.cleared', createdAt, payload: { site, gateway: null, alarm } }).text;
  for (const part of ['No longer: Most gateways', 'Raised: 2026-11-25T01:09:00.000Z', 'Gone: 2026-11-25T01:10:00.000Z'])
    expect(over).toContain(part);
  expect(over, 'nothing is to be done').not.toContain('Check the uplink.');
});

it('keeps the subject on one line', () => {
  const gateway = { name: 'GW\r\nBcc: everyone@example.test' };
  const job = { id: 'OTA-JOB-1', version: 'v2.0.0', message: 'done', url: 'https://fleet.example/jobs/1' };
  const { subject } = wordsOf({ topic: 'job.installed', createdAt, payload: { site, gateway, job } });
  expect(subject).toBe('Installation complete · v2.0.0 · GW Bcc: everyone@example.test');
});
