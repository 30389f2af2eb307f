/** Security headers of pages and of everything else. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setHeader } from './request-head';

const EVERYWHERE = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()',
});

/** Headers that fit every answer. */
export function setSecurityHeaders(response: ServerResponse, overTls: boolean): void {
  for (const [name, value] of EVERYWHERE) response.setHeader(name, value);
  if (overTls) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
}

/**
 * The content policy of a page, with a fresh nonce. Next takes the nonce for its own scripts from the request's header of
 * the same name, so it is set there too, over whatever a client sent.
 */
export function setContentPolicy(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  const policy = contentPolicy(randomBytes(16).toString('base64'), dev);
  setHeader(request, 'content-security-policy-report-only', null);
  setHeader(request, 'content-security-policy', policy);
  response.setHeader('Content-Security-Policy', policy);
}

/** Styles stay inline-able: Radix, Sonner and Recharts set them on elements. React's hot reload needs eval. */
export function contentPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${dev ? ' ws: wss:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
