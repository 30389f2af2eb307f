/** A bundle in the words of GET /monitor/debug. */
import type { z } from 'zod';
import { MAX_BUNDLE_BYTES } from '#/domain/recovery/retention';
import type { debugResponseSchema } from '#/protocol/rest/bundles';
import { getEnv } from '../config/env';
import type { DebugBundle } from '../db/generated/client';
import { bundlePath } from '../recovery/browse-bundles';
import { sizeText, wireTime } from './wire-text';

/** Nobody can know how much a gateway has logged; it ends what it cannot send by then (bundle.collect: maxBytes). */
const NOMINAL_SECONDS = 30;

export function presentBundle(bundle: DebugBundle): z.input<typeof debugResponseSchema> {
  const ready = bundle.state === 'ready';
  const bytes = bundle.sizeBytes === null ? MAX_BUNDLE_BYTES : Number(bundle.sizeBytes);
  return {
    status: ready ? 'ready' : 'generating',
    bundle_id: bundle.id,
    estimated_time: ready ? 0 : NOMINAL_SECONDS,
    size_estimate: sizeText(bytes),
    size_estimate_bytes: bytes,
    contents: bundle.contents,
    download_url: new URL(bundlePath(bundle.id), getEnv().PUBLIC_URL).href,
    expires_at: wireTime(bundle.expiresAt),
  };
}
