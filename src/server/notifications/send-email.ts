/** One e-mail over SMTP: to the channel's own mail server, or to that of the installation. */
import { createTransport } from 'nodemailer';
import type { EmailConfig } from '#/domain/notifications/channel-config';
import { getEnv } from '../config/env';
import { wordsOf } from './mail-words';
import { type Attempt, type OutgoingMessage, SEND_TIMEOUT_MS } from './sending';

export async function sendEmail(
  config: EmailConfig,
  password: string | null,
  message: OutgoingMessage,
  timeoutMs = SEND_TIMEOUT_MS,
): Promise<Attempt> {
  const startedAtMs = Date.now();
  const result = (status: number | null, error: string | null): Attempt => {
    return { ok: error === null, status, latencyMs: Date.now() - startedAtMs, error };
  };
  const options = serverOf(config, password);
  if (options === null) return result(null, 'no mail server: the channel names none and SMTP_URL is not set');
  const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs };
  const transport = createTransport({ ...options, ...timeouts });
  try {
    const { subject, text } = wordsOf(message);
    const sent = await transport.sendMail({
      from: config.from,
      to: config.to,
      subject,
      text,
      // The same at every attempt, so that a mailbox shows a repetition once.
      messageId: `<${message.id}@${new URL(getEnv().PUBLIC_URL).hostname}>`,
      headers: { 'X-Fairlead-Delivery': message.id, 'X-Fairlead-Event': message.topic },
    });
    const status = Number(/^\d{3}/.exec(sent.response)?.[0] ?? 250);
    const refused = sent.rejected.map(String);
    return refused.length === 0 ? result(status, null) : result(status, `refused for ${refused.join(', ')}`);
  } catch (error) {
    const { responseCode, message: text } = error as { responseCode?: number; message: string };
    return result(responseCode ?? null, text.slice(0, 300));
  } finally {
    transport.close();
  }
}

type Server = { host: string; port: number; secure: boolean; auth?: { user: string; pass: string } };

function serverOf({ server }: EmailConfig, password: string | null): Server | null {
  if (server !== null) {
    const { host, port, secure, user } = server;
    return { host, port, secure, ...(user === null ? {} : { auth: { user, pass: password ?? '' } }) };
  }
  const { SMTP_URL } = getEnv();
  if (!SMTP_URL) return null;
  const url = new URL(SMTP_URL);
  const secure = url.protocol === 'smtps:';
  const auth = url.username ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } } : {};
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (secure ? 465 : 587)), secure, ...auth };
}
