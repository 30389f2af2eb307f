/** Six jobs per gateway over ninety days, with their timelines. */

/** $1 rounds, $2 version, $3 its predecessor, $4 release id, $5 image hash, $6 image size. The newest round has unfinished ones. */
export const JOBS = `
  CREATE TEMP TABLE stress_job ON COMMIT DROP AS
  SELECT j.n, pg_temp.code(j.n) AS code, g.id AS "gatewayId", g."siteId", g.n AS gateway, made AS "createdAt",
    CASE WHEN round = $1 AND fate < 0.03
      THEN (ARRAY['offered', 'downloading', 'writing', 'written', 'waiting', 'paused'])[1 + (j.n % 6)::int]
      WHEN fate < 0.90 THEN 'confirmed' WHEN fate < 0.95 THEN 'failed' WHEN fate < 0.97 THEN 'rolled_back' ELSE 'cancelled' END AS state
  FROM (
    SELECT n, round, 1 + (n - 1) % gateways AS gateway, pg_temp.chance(n, 'fate') AS fate,
      CASE WHEN round = $1 AND pg_temp.chance(n, 'fate') < 0.03 THEN now() - interval '1 hour' * pg_temp.chance(n, 'made')
        ELSE now() - interval '1 day' * (15 * ($1 - round) + 0.2 + 14.8 * pg_temp.chance(n, 'made')) END AS made
    FROM (SELECT n, 1 + (n - 1) / gateways AS round, gateways
      FROM (SELECT count(*) AS gateways FROM stress_gateway) c, generate_series(1, c.gateways * $1::bigint) n) a
  ) j JOIN stress_gateway g ON g.n = j.gateway`;

export const INSERT_JOBS = `
  INSERT INTO "Job" (id, "gatewayId", "siteId", "releaseId", type, intent, state, "heldState", strategy, "installationId", "fromVersion",
    "toVersion", "artifactSha256", "targetSlot", options, "initiatedBy", "reportSeq", percent, "bytesDone", "bytesTotal", "waitingFor", holds,
    "errorCode", "errorMessage", "createdAt", "startedAt", "downloadedAt", "stateChangedAt", "finishedAt")
  SELECT 'OTA-JOB-' || code, "gatewayId", "siteId", $3::uuid, 'install', 'install', state,
    CASE WHEN state IN ('waiting', 'paused') THEN 'written' END, 'seamless', 'OTA-INST-' || code, $2, $1, $4,
    CASE WHEN gateway % 2 = 0 THEN 'B' ELSE 'A' END, $6::jsonb, 'stress', 10,
    CASE WHEN state IN ('offered', 'downloading', 'writing') THEN 100 * pg_temp.chance(n, 'percent') ELSE 100 END, $5, $5,
    CASE WHEN state = 'waiting' THEN 'safety' END, CASE WHEN state = 'waiting' THEN $7::jsonb ELSE '[]' END,
    CASE state WHEN 'failed' THEN 'NETWORK_UNAVAILABLE' WHEN 'rolled_back' THEN 'INVALID_UPDATE_FILE' END,
    CASE state WHEN 'failed' THEN 'the connection was lost' WHEN 'rolled_back' THEN 'the new slot did not come up' END,
    "createdAt", "createdAt" + interval '1 second', "createdAt" + interval '20 seconds', "createdAt" + interval '90 seconds',
    CASE WHEN state IN ('confirmed', 'failed', 'rolled_back', 'cancelled') THEN "createdAt" + interval '90 seconds' END
  FROM stress_job ORDER BY "createdAt"`;

/** $1: states in order, $2: seconds after the order, $3: the present states of the jobs that came through each, separated by spaces. */
export const EVENTS = `
  INSERT INTO "JobEvent" ("jobId", at, kind, state, message, actor)
  SELECT 'OTA-JOB-' || j.code, j."createdAt" + interval '1 second' * s.after, 'state', s.state, 'stress: ' || s.state, 'stress'
  FROM stress_job j
  JOIN unnest($1::text[], $2::float8[], $3::text[]) WITH ORDINALITY AS s(state, after, present, step)
    ON j.state = ANY (string_to_array(s.present, ' '))
  ORDER BY j."createdAt", s.step`;
