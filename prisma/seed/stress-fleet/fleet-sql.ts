/** Sites, cranes, gateways and what they last reported, as set-based statements. */

/** Repeatable chance: 0 ≤ x < 1 for a number and a purpose; and a public id's six characters. */
export const CHANCE = `
  CREATE FUNCTION pg_temp.chance(n bigint, purpose text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('x' || substr(md5(n || purpose), 1, 8))::bit(32)::bigint / 4294967296.0 $$`;

/** Bijective below 2^30, so that no two jobs share an id. */
export const CODE = `
  CREATE FUNCTION pg_temp.code(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((m >> (5 * i)) & 31)::int + 1, 1), '' ORDER BY i)
       FROM (SELECT (n * 387420489 + 12345) % 1073741824 AS m) x, generate_series(0, 5) i $$`;

/** $1: zones, one per site. Codes X01…, which no real site has. */
export const SITES = `
  INSERT INTO "Site" (id, code, name, timezone)
  SELECT gen_random_uuid(), 'X' || lpad(n::text, 2, '0'), 'Stress ' || lpad(n::text, 2, '0'), zone
  FROM unnest($1::text[]) WITH ORDINALITY AS z(zone, n)`;

/** Every gateway with its place: five on three cranes. $1: gateways, $2: sites. */
export const PLACES = `
  CREATE TEMP TABLE stress_gateway ON COMMIT DROP AS
  SELECT n, gen_random_uuid() AS id, s.id AS "siteId", s.code, crane, position,
    CASE WHEN crane % 5 = 0 THEN 'sts' ELSE (ARRAY['rtg', 'rmg', 'asc'])[1 + crane % 3] END AS kind,
    CASE WHEN crane % 5 = 0 THEN 'Quay' ELSE 'B' || lpad((1 + crane / 12)::text, 3, '0') END AS block
  FROM (
    SELECT n, 1 + (n - 1) % $2::int AS site, (slot / 5) * 3 + (ARRAY[0, 0, 1, 1, 2])[1 + slot % 5] AS crane,
      (ARRAY[1, 2, 1, 2, 1])[1 + slot % 5] AS position
    FROM (SELECT n, (n - 1) / $2::int AS slot FROM generate_series(1, $1::int) n) a
  ) p JOIN "Site" s ON s.code = 'X' || lpad(p.site::text, 2, '0')`;

export const CRANES = [
  `INSERT INTO "Block" (id, "siteId", name) SELECT gen_random_uuid(), "siteId", block FROM stress_gateway GROUP BY "siteId", block`,
  `INSERT INTO "Crane" (id, "siteId", "blockId", name, kind)
   SELECT gen_random_uuid(), g."siteId", b.id, upper(g.kind) || lpad(g.crane::text, 3, '0'), g.kind
   FROM (SELECT DISTINCT "siteId", block, crane, kind FROM stress_gateway) g JOIN "Block" b ON b."siteId" = g."siteId" AND b.name = g.block`,
];

/** $1 current, $2 previous, $3 older, $4 trial version. */
export const GATEWAYS = `
  INSERT INTO "Gateway" (id, name, "siteId", "craneId", model, "serialNumber", "hardwareRevision", "createdAt", "enrolledAt", status,
    connected, "connectedAt", "disconnectedAt", "lastSeenAt", "agentVersion", "osVersion", kernel, bootloader, "activeSlot", "activeVersion",
    "bootId", "bootedAt", "networkStatus", "safetyBlocked")
  SELECT g.id,
    g.code || CASE WHEN g.kind = 'sts' THEN '-Q-' ELSE '-Y-' || g.block || '-' END || c.name || '-GW' || g.position,
    g."siteId", c.id, (ARRAY['CG-400', 'CG-420', 'CG-520'])[1 + (g.n % 3)::int], 'STRESS-' || lpad(g.n::text, 6, '0'),
    (ARRAY['rev-b', 'rev-c', 'rev-d'])[1 + (g.n % 3)::int], now() - interval '200 days', now() - interval '199 days',
    CASE WHEN away < 0.015 THEN 'offline' WHEN away < 0.019 THEN 'error' ELSE 'online' END, away >= 0.015,
    now() - interval '1 day' * chance * 20, CASE WHEN away < 0.015 THEN now() - interval '1 day' * away * 100 END,
    CASE WHEN away < 0.015 THEN now() - interval '1 day' * away * 100 ELSE now() - interval '1 second' * chance * 30 END,
    '0.1.0', 'Gateway OS', '6.6.63', 'U-Boot', CASE WHEN g.n % 2 = 0 THEN 'A' ELSE 'B' END,
    CASE WHEN version < 0.70 THEN $1 WHEN version < 0.92 THEN $2 WHEN version < 0.98 THEN $3 ELSE $4 END,
    'stress-' || g.n, now() - interval '1 day' * chance * 20,
    CASE WHEN away < 0.015 THEN 'disconnected' WHEN chance < 0.06 THEN 'degraded' ELSE 'connected' END, chance < 0.55
  FROM (SELECT *, pg_temp.chance(n, 'away') AS away, pg_temp.chance(n, 'version') AS version, pg_temp.chance(n, 'any') AS chance
    FROM stress_gateway) g
  JOIN "Crane" c ON c."siteId" = g."siteId" AND c.name = upper(g.kind) || lpad(g.crane::text, 3, '0')`;

/** $1 previous version, $2 size of a slot. */
export const SLOTS = `
  INSERT INTO "Slot" ("gatewayId", id, version, status, "bootCount", "sizeBytes", "usedBytes", "nextBoot", "updatedAt")
  SELECT w.id, s.slot, CASE WHEN s.slot = w."activeSlot" THEN w."activeVersion" ELSE $1 END,
    CASE WHEN s.slot <> w."activeSlot" THEN 'ready' WHEN w.status = 'error' THEN 'failed' ELSE 'healthy' END, 0, $2, $2::bigint / 5, s.slot = w."activeSlot", now()
  FROM stress_gateway g JOIN "Gateway" w ON w.id = g.id CROSS JOIN (VALUES ('A'), ('B')) s(slot)`;

export const VITALS = `
  INSERT INTO "GatewayVitals" ("gatewayId", "cpuPercent", "memoryPercent", "diskPercent", "temperatureC", "uptimeSeconds", "memoryFreeBytes",
    "diskFreeBytes", "sampledAt", "receivedAt")
  SELECT id, 5 + 60 * pg_temp.chance(n, 'cpu'), 30 + 50 * pg_temp.chance(n, 'memory'), 20 + 60 * pg_temp.chance(n, 'disk'),
    35 + 30 * pg_temp.chance(n, 'heat'), (86400 * 20 * pg_temp.chance(n, 'any'))::bigint, 900000000, 4000000000, now(), now()
  FROM stress_gateway`;

/** $1, $2: constraint and value of each signal, as parallel arrays. */
export const SIGNALS = `
  INSERT INTO "SafetySignal" ("gatewayId", "constraint", value, source, "sampledAt", "receivedAt", "clearSinceAt")
  SELECT g.id, s.name, s.value::jsonb, 'stress', now(), now(), CASE WHEN pg_temp.chance(g.n, s.name) < 0.7 THEN now() - interval '10 minutes' END
  FROM stress_gateway g CROSS JOIN unnest($1::text[], $2::text[]) AS s(name, value)`;

export const LOGS = `
  INSERT INTO "GatewayLog" ("gatewayId", at, level, source, message)
  SELECT g.id, now() - interval '1 hour' * (line * 6 + pg_temp.chance(g.n, 'log')), CASE WHEN line % 5 = 0 THEN 'warning' ELSE 'info' END,
    (ARRAY['ota', 'safety', 'system'])[1 + line % 3], 'stress log line ' || line
  FROM stress_gateway g CROSS JOIN generate_series(1, 10) line ORDER BY g.n, line DESC`;
