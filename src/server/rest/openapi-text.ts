/** The words of openapi.json that no schema holds. Markdown. */
import type { REST_TAGS } from './route';

/** Paths are documented under this prefix; all answer under /cloud-integration as well. */
export const OPENAPI_PREFIX = '/v1/cloud-integration';

export const TAG_DESCRIPTIONS: Record<(typeof REST_TAGS)[number], string> = {
  Gateway: 'One gateway and its two partitions.',
  Updates: 'Check, download, follow and install.',
  'Manual upload': 'An image that somebody brings by hand: verified, and then deployed to one gateway.',
  Settings: 'How the gateway updates, when, and what it does by itself.',
  Recovery:
    'Snapshots, rollback, restore and factory reset. Each is a job under the same interlocks as an update: it waits until they allow it, unless its `strategy` is `immediate`.',
  Monitoring: 'Logs, state, snapshots and debug bundles.',
  Jobs: 'What runs, waits and has ended.',
  History: 'Past updates and their statistics.',
  Safety: 'The interlocks that hold an update back, and overrides of their soft limits.',
  Description: 'This document.',
};

/** What holds for all paths: a word and what it means. Code stands between backticks. */
export const API_NOTES: readonly { title: string; text: string }[] = [
  { title: 'Prefixes', text: 'Every path answers under `/v1/cloud-integration` and under `/cloud-integration`.' },
  {
    title: 'Authentication',
    text: '`Authorization: Bearer <API token>`, or the session cookie of a browser (writes only from pages of this server).',
  },
  {
    title: 'Which gateway',
    text: 'Taken from, in this order: `gateway_id` (query, or body of a POST; an id or a plant name), the header `X-Gateway-ID`, the gateway that the token is bound to, the only gateway that you may see. Otherwise `400 GATEWAY_REQUIRED` with the first 20 ids in `details`.',
  },
  {
    title: 'Idempotency',
    text: 'Every POST takes `Idempotency-Key`: the same key and body within 24 h gives the first answer again (`Idempotency-Replayed: true`), another body `409 IDEMPOTENCY_CONFLICT`. Answers that say "try again" (5xx, 429) are not kept.',
  },
  {
    title: 'Errors',
    text: 'Every answer that is not 2xx has the body of the schema `Error`. `X-Request-ID` names the request in the logs of the server.',
  },
  {
    title: 'Rate limits',
    text: 'Per caller. `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds) stand on every answer, `Retry-After` on a 429.',
  },
  {
    title: 'Numbers',
    text: 'Texts such as "452 MB" are for people, decimal (1 MB = 1,000,000 B); the exact value stands beside them. Times are RFC 3339 in UTC. `null`: the gateway has not reported it, or nobody can know it now.',
  },
  {
    title: 'WebSocket',
    text: '`ws(s)://host/cloud-integration/ws/updates` (and under `/v1`). Programs send the bearer header or the subprotocol `bearer.<token>`; a signed-in browser connects with its cookie. `?gateway_id=` narrows it, `?since=<id>` continues after a reconnect. Messages are JSON objects with `type` (`progress_update`, `status_change`, `safety_alert`, `job_complete`, `system_event`), `id`, `gateway_id` and `timestamp`. The server pings every 30 s and closes a client that is too slow with 1013.',
  },
];

export const API_DESCRIPTION = API_NOTES.map(({ title, text }) => `**${title}.** ${text}`).join('\n\n');
