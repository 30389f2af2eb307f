/** What a client missed between its `since` and now, from the kept events. */
import { getPool } from '../db/client';
import { eventText, missedText, type StreamRow } from './stream-messages';
import type { UpdatesClient } from './updates-client';

/** More than this is not told again; the client reads the present state instead. */
const MAX_EVENTS = 10_000;
const PAGE = 500;

const CONCERNS = `("siteId" = ANY($3::uuid[]) OR $3::uuid[] IS NULL) AND ($4::uuid[] IS NULL OR "gatewayId" = ALL($4::uuid[]))`;
const PAGE_SQL = `SELECT id::float8 AS id, at, "gatewayId", "siteId", type, payload FROM "StreamEvent"
  WHERE id > $1 AND id <= $2 AND ${CONCERNS} ORDER BY id LIMIT ${PAGE}`;
const FIRST_SQL = `SELECT id::float8 AS id FROM "StreamEvent" WHERE id > $1 AND id <= $2 AND ${CONCERNS} ORDER BY id DESC OFFSET ${MAX_EVENTS} LIMIT 1`;
const KEPT_SQL = `SELECT (SELECT min(id) FROM "StreamEvent")::float8 AS oldest,
  COALESCE(pg_sequence_last_value(pg_get_serial_sequence('"StreamEvent"', 'id')::regclass), 0)::float8 AS newest`;

/** Sends the events in (since, until], in order and no faster than the client takes them. */
export async function replayEvents(client: UpdatesClient, since: number, until: number): Promise<void> {
  const { sites, gateways } = client.filter();
  const { rows: kept } = await getPool().query<{ oldest: number | null; newest: number }>(KEPT_SQL);
  const { oldest = null, newest = 0 } = kept[0] ?? {};
  const forgotten = oldest === null ? since < newest : since < oldest - 1;
  // An id that was never given comes from another database.
  const unknown = since > newest;
  const { rows: cut } = await getPool().query<{ id: number }>(FIRST_SQL, [since, until, sites, gateways]);
  let from = cut[0]?.id ?? since;
  client.position = unknown ? until : from;
  if (forgotten || unknown || cut[0]) client.sendText(missedText(client.position, client.gatewayId));
  if (unknown) return;
  while (client.socket.readyState === client.socket.OPEN) {
    const { rows } = await getPool().query<StreamRow>(PAGE_SQL, [from, until, sites, gateways]);
    for (const row of rows) {
      await client.drained();
      client.addEvent({ ...row, text: eventText(row) });
    }
    from = rows.at(-1)?.id ?? from;
    if (rows.length < PAGE) return;
  }
}
