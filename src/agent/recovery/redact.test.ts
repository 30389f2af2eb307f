import { describe, expect, it } from 'vitest';
import { createRedactor, secretsIn } from './redact';

const SECRET = 'k7!Qz/93+mPw=~ü5';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('known secrets', () => {
  const forms: [string, string][] = [
    ['as they are', SECRET],
    ['in JSON', JSON.stringify({ x: SECRET })],
    ['URL-encoded', `https://h/p?x=${encodeURIComponent(SECRET)}&y=1`],
    ['URL-encoded in small letters', encodeURIComponent(SECRET).replaceAll(/%../g, (one) => one.toLowerCase())],
    ['all percent', Buffer.from(SECRET).toString('hex').replaceAll(/../g, '%$&')],
    ['in base64', base64(SECRET)],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in base64 behind one letter', base64(`a${SECRET}`)],
    ['in base64 behind two letters', base64(`ab${SECRET}zz`)],
    ['in base64 of base64', base64(`x ${base64(`the ${SECRET}`)} y`)],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['in large hexadecimal', Buffer.from(`u:${SECRET}`).toString('hex').toUpperCase()],
    ['in base64 of a URL', base64(`q=${encodeURIComponent(SECRET)}`)],
  ];
  it.each(forms)('are found %s', (_name, text) => {
    const redactor = createRedactor([SECRET]);
    const clean = redactor.redact(`before ${text} after`);
    expect(clean).toMatch(/^before .*after$/);
    expect(redactor.betrays(text) || !clean.includes(text)).toBe(true);
    expect(redactor.betrays(clean)).toBe(false);
    expect(clean).not.toContain(text);
    expect(redactor.count()).toBeGreaterThan(0);
  });
});

const key = `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----`;
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0';
const KINDS: [string, string, string][] = [
  ['a PEM key', key, 'MC4CAQAwBQ'],
  ['a PEM key in JSON', JSON.stringify({ tls: key }), 'MC4CAQAwBQ'],
  ['a PEM key in base64', base64(key), base64(key).slice(0, 20)],
  ['a PEM key that is cut off at its end', key.slice(0, 60), 'MC4CAQAwBQ'],
  ['a PEM key that is cut off at its begin', key.slice(28), 'MC4CAQAwBQ'],
  ['a JWT', `cookie jar ${jwt} x`, 'c2lnbmF0dXJl'],
  ['a bearer token', 'Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
  ['basic authorization', `authorization: Basic ${base64('user:pa55word')}`, base64('user:pa55word')],
  ['password=', 'dsn host=db password=hunter22 port=1', 'hunter22'],
  ['password in YAML', 'db:\n  password: hunter22\n', 'hunter22'],
  ['password in quotes', `export DB_PASSWORD='hunter 22'`, 'hunter 22'],
  ['password in XML', '<wifi><passphrase>hunter22</passphrase></wifi>', 'hunter22'],
  ['a password that holds quotes', '{"wifi_psk": "hun\\"ter22", "x": 1}', 'ter22'],
  ['JSON in JSON', JSON.stringify({ line: JSON.stringify({ api_key: 'hunter22' }) }), 'hunter22'],
  ['a number', 'pin: 482913', '482913'],
  ['a password in a URL', 'mqtts://gw:hunter22@broker:8883/x', 'hunter22'],
  ['a URL-encoded assignment', 'GET /x?a=1%26password%3Dhunter22', 'hunter22'],
  ['an AWS key', 'id AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
  ['a GitHub token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', '16C7e42F292c'],
  ['a token of enrolment', 'with fle_Zm9vYmFyYmF6cXV4 now', 'Zm9vYmFyYmF6cXV4'],
  ['a password hash', 'root:$6$saltsalt$4bAhN3Ed0m8hJ:19000', '4bAhN3Ed0m8hJ'],
  ['a private JWK', '{"kty":"OKP","x":"pub","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}', 'nWGxne_9WmC6'],
  ['an SNMP community', 'snmp-community = pl4nt-ro', 'pl4nt-ro'],
];

describe('what looks like a secret', () => {
  it.each(KINDS)('%s goes', (_name, text, secret) => {
    expect(text).toContain(secret);
    expect(createRedactor([]).redact(text)).not.toContain(secret);
  });

  it('is learnt from configuration', () => {
    const config = '{"wifi_psk": "hun\\"ter22", "retries": 3, "token": null}\npassword = s3cr3t-two\n<secret>three-3</secret>';
    expect(secretsIn(config)).toEqual(['hun"ter22', 's3cr3t-two', 'three-3']);
  });
});

it('leaves the rest as it is', () => {
  const text = [
    '2026-03-01T08:00:00.000Z info ota: OTA-JOB-00042 downloading: v5.0.5 for slot B',
    `{"sha256":"${'ab'.repeat(32)}","slot":"A","kid":"command-key-2026","nonce":"zR3h5kQ1v7"}`,
    '{"hoist":{"maxSpeedMps":1.5,"brakeTorqueNm":[12100,12080]},"password":null}',
    'tokens are checked; passwords are not kept here',
  ].join('\n');
  const redactor = createRedactor([SECRET]);
  expect(redactor.redact(text)).toBe(text);
  expect(redactor.count()).toBe(0);
});

it.each([
  ['letters', 'a'],
  ['steps', 'a-a.'],
  ['base64', 'QUFB'],
  ['digits', '0'],
  ['percent signs', '%41'],
])('takes time in proportion to the text: a line of %s', (_name, unit) => {
  // Of the processor, not of the clock: others may be using it.
  const before = process.cpuUsage();
  createRedactor([SECRET]).redact(unit.repeat(1_000_000 / unit.length));
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});
