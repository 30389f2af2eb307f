/** The words of openapi.json that no schema holds. Markdown. */
import type { REST_TAGS } from './route';

/** Paths are documented under this prefix; all answer under /cloud-integration as well. */
export const OPENAPI_PREFIX = '/v1/cloud-integration';

export const TAG_DESCRIPTIONS: Record<(typeof REST_TAGS)[number], string> = {
  Gateway: 'One gateway and its two partitions.',
  Updates: 'Check, download, follow and install.',
  Settings: 'How the gateway updates, and when.',
  Monitoring: 'Logs and state.',
  Jobs: 'What runs, waits and has ended.',
  History: 'Past updates and their statistics.',
  Safety: 'The interlocks that hold an update back.',
  Description: 'This document.',
};

export const API_DESCRIPTION = `
Every path answers under \`/v1/cloud-integration\` and under \`/cloud-integration\`.

**Authentication.** \`Authorization: Bearer <API token>\`, or the session cookie of a browser (writes only from pages of this server).

**Which gateway.** Taken from, in this order: \`gateway_id\` (query, or body of a POST; an id or a plant name), the header \`X-Gateway-ID\`,
the gateway that the token is bound to, the only gateway that you may see. Otherwise \`400 GATEWAY_REQUIRED\` with the first 20 ids in \`details\`.

**Idempotency.** Every POST takes \`Idempotency-Key\`: the same key and body within 24 h gives the first answer again
(\`Idempotency-Replayed: true\`), another body \`409 IDEMPOTENCY_CONFLICT\`. Answers that say "try again" (5xx, 429) are not kept.

**Errors.** Every answer that is not 2xx has the body of the schema \`Error\`. \`X-Request-ID\` names the request in our logs.

**Rate limits.** Per caller; \`RateLimit-Limit\`, \`RateLimit-Remaining\`, \`RateLimit-Reset\` (seconds) on every answer, \`Retry-After\` with a 429.

**Numbers.** Texts such as "452 MB" are for people, decimal (1 MB = 1,000,000 B); the exact value stands beside them.
Times are RFC 3339 in UTC. \`null\`: the gateway has not reported it, or nobody can know it now.

**WebSocket.** \`ws(s)://host/cloud-integration/ws/updates\` (and under \`/v1\`). Programs send the bearer header or the subprotocol
\`bearer.<token>\`; a signed-in browser connects with its cookie. \`?gateway_id=\` narrows it, \`?since=<id>\` continues after a reconnect.
Messages are JSON objects with \`type\` (\`progress_update\`, \`status_change\`, \`safety_alert\`, \`job_complete\`, \`system_event\`), \`id\`, \`gateway_id\` and
\`timestamp\`; the server pings every 30 s and closes with 1013 a client that is too slow.
`.trim();
