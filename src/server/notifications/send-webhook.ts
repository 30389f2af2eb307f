/** One POST to a webhook: JSON, signed, to an address that was checked, without following redirects. */
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { WebhookConfig } from '#/domain/notifications/channel-config';
import { getEnv } from '../config/env';
import { checkedAddresses } from './refused-address';
import { type Attempt, type OutgoingMessage, SEND_TIMEOUT_MS } from './sending';

/** `t=<seconds>,v1=<hex>`: HMAC-SHA-256 over `<seconds>.<body>`. The time keeps an old message from being sent again by someone else. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

export async function sendWebhook(
  config: WebhookConfig,
  secret: string | null,
  message: OutgoingMessage,
  timeoutMs = SEND_TIMEOUT_MS,
): Promise<Attempt> {
  const body = JSON.stringify({ id: message.id, created_at: message.createdAt.toISOString(), ...message.payload });
  const startedAtMs = Date.now();
  const result = (status: number | null, error: string | null): Attempt => {
    return { ok: error === null, status, latencyMs: Date.now() - startedAtMs, error };
  };
  try {
    const url = new URL(config.url);
    const addresses = await checkedAddresses(url.hostname, getEnv().WEBHOOK_ALLOW_PRIVATE);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Fairlead',
      'x-fairlead-delivery': message.id,
      'x-fairlead-event': message.topic,
      ...(secret === null ? {} : { 'x-fairlead-signature': signatureOf(secret, Math.floor(Date.now() / 1000), body) }),
    };
    const status = await post(url, { headers, body, addresses, timeoutMs });
    if (status >= 200 && status < 300) return result(status, null);
    return result(status, status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`);
  } catch (error) {
    const { name, message: text } = error as Error;
    return result(null, name === 'TimeoutError' || name === 'AbortError' ? `no answer within ${timeoutMs} ms` : text.slice(0, 300));
  }
}

type Post = { headers: Record<string, string | number>; body: string; addresses: { address: string; family: number }[]; timeoutMs: number };

function post(url: URL, { headers, body, addresses, timeoutMs }: Post): Promise<number> {
  // Whatever the DNS says by now: only what was checked is connected to.
  const lookup: LookupFunction = (_host, options, done) => {
    const [first] = addresses;
    if (options.all) done(null, addresses);
    else if (first) done(null, first.address, first.family);
    else done(Object.assign(new Error('the host has no address'), { code: 'ENOTFOUND' }), '', 4);
  };
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const call = request(url, { method: 'POST', headers, lookup, agent: false, signal }, (response) => {
      // What it says beyond the status is of no interest, however long it is.
      response.on('error', () => undefined);
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    call.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    call.end(body);
  });
}
