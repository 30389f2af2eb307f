import { expect, it } from 'vitest';
import { channelFromForm } from './channel-from-form';

const formOf = (fields: [string, string][]) => {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
};
const common: [string, string][] = [
  ['name', ' Control room '],
  ['site', ''],
  ['leastPriority', '2'],
  ['topic', 'job.installed'],
];
const known = { name: 'Control room', siteCode: null, leastPriority: 2, topics: ['job.installed'] };

it('makes a webhook whose secret the server makes', () => {
  const form = formOf([...common, ['url', 'https://example.org/hook']]);
  expect(channelFromForm('webhook', form)).toEqual({
    type: 'webhook',
    ...known,
    config: { url: 'https://example.org/hook' },
    secret: null,
  });
});

it('makes an e-mail channel, with a server of its own or without', () => {
  const mail: [string, string][] = [
    ['to', 'a@example.org, b@example.org'],
    ['from', 'f@example.org'],
  ];
  const to = ['a@example.org', 'b@example.org'];
  expect(channelFromForm('email', formOf([...common, ...mail]))).toEqual({
    type: 'email',
    ...known,
    config: { to, from: 'f@example.org', server: null },
    secret: null,
  });
  const server: [string, string][] = [
    ['ownServer', 'on'],
    ['host', 'mail.example.org'],
    ['port', '465'],
    ['secure', 'on'],
    ['user', ''],
    ['password', ' with spaces '],
  ];
  expect(channelFromForm('email', formOf([...common, ...mail, ...server]))).toMatchObject({
    config: { server: { host: 'mail.example.org', port: 465, secure: true, user: null } },
    secret: ' with spaces ',
  });
});
