import { describe, expect, it } from 'vitest';
import { HARMLESS, SHAPED } from '../testing/seeded-secrets';
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
  ['a password in a sentence', '2026 info auth: password: correct horse of 12:00 in user=gw', '12:00'],
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
  ['a hash of Apache', 'gw:$apr1$saltsalt$Qz0bAhN3Ed0m8hJpR', 'Qz0bAhN3Ed0m8hJpR'],
  [
    'a key of OpenVPN',
    '-----BEGIN OpenVPN Static key V1-----\n6acef03f62675b4b1bbd\n-----END OpenVPN Static key V1-----',
    '6acef03f62675b4b',
  ],
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
    expect(secretsIn(config)).toEqual(['hun\\"ter22', 'hun"ter22', 's3cr3t-two', 'three-3']);
  });
});

describe('configuration', () => {
  it.each(Object.entries(SHAPED))('%s has none of its secrets left, and all are learnt', (_name, { text, secrets, tails = [] }) => {
    const clean = createRedactor([]).redact(text);
    const log = createRedactor(secretsIn(text)).redact(secrets.map((secret) => `<${secret}>`).join('\n'));
    for (const secret of [...secrets, ...tails]) {
      expect(text).toContain(secret);
      expect(clean).not.toContain(secret);
    }
    // Shorter ones would take ordinary words with them.
    expect(secrets.filter((secret) => secret.length >= 6 && log.includes(secret))).toEqual([]);
  });
});

it.each(HARMLESS)('leaves the rest as it is: %s', (text) => {
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
  ['assignments', 'psk=a '],
  ['open quotes', 'psk="'],
  ['escaped quotes', 'psk="\\"'],
  ['elements', '<pass '],
  ['pairs', '"name":"psk",'],
  ['options', '--token a '],
  ['spaces', 'token '.padEnd(200)],
  ['names in JSON', '{"a":"psk=a b=c '],
  ['lines', 'password:\n '],
])('takes time in proportion to the text: a line of %s', (_name, unit) => {
  // Of the processor, not of the clock: others may be using it.
  const before = process.cpuUsage();
  createRedactor([SECRET]).redact(unit.repeat(200_000 / unit.length));
  expect(process.cpuUsage(before).user).toBeLessThan(4_000_000);
});
