import { z } from 'zod';
import { IMAGE_COMPRESSIONS, IMAGE_FORMATS } from '#/domain/images/image-words';
import { count, gatewayBody, partition, plainText, sizeText } from './values';

/** Contract: POST /upload/verify, the text parts of the form; `file` and, if it is a file, `signature` come as bytes. */
export const uploadVerifyFieldsSchema = z.object({
  ...gatewayBody,
  version: plainText(80).describe('Semver with a leading v, such as v5.1.0-custom.'),
  checksum: z
    .string()
    .regex(/^(sha256:)?[0-9a-fA-F]{64}$/, 'must be a SHA-256 in hex, with or without "sha256:" before it')
    .transform((text) => text.toLowerCase().replace('sha256:', ''))
    .optional(),
  signature: plainText(200_000).optional().describe('Detached: OpenPGP, CMS, or a signed list of check sums. As text or as a file.'),
  description: plainText(500).optional(),
  min_hardware: plainText(80).optional(),
});

const truth = z.boolean().nullable().describe('null: it cannot be known.');
const known = z.string().nullable();

/** The verdict on an image; kept with its upload, whichever way it came. */
export const uploadVerdictSchema = z.object({
  status: z.enum(['verified', 'rejected']),
  error: z.string().optional().describe('Only when rejected: one sentence that says why.'),
  file: z.object({
    name: z.string(),
    size: sizeText,
    size_bytes: count,
    checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    version: z.string(),
    format: z.enum(IMAGE_FORMATS),
    compression: z.enum(IMAGE_COMPRESSIONS),
  }),
  metadata: z.object({
    kernel: known,
    build_id: known,
    signature: z.enum(['verified', 'unsigned', 'invalid']),
    signer: z.string().optional(),
    compatibility: z.enum(['compatible', 'incompatible', 'unknown']),
    architecture: known,
    bootloader_version: known,
    minimum_hardware: known,
  }),
  validation: z.object({
    signature_valid: truth,
    checksum_valid: truth,
    partition_layout_valid: truth,
    bootloader_compatible: truth,
    hardware_compatible: truth,
    size_adequate: truth,
  }),
});
export type UploadVerdict = z.output<typeof uploadVerdictSchema>;

export const uploadVerifyResponseSchema = uploadVerdictSchema.extend({ upload_id: z.uuid() });

/** Contract: POST /upload/deploy. */
export const uploadDeployBodySchema = z.object({
  ...gatewayBody,
  filename: plainText(200),
  version: plainText(80),
  target_partition: partition,
  verify_before_deploy: z.boolean().default(true),
  create_snapshot: z.boolean().default(true),
  description: plainText(500).optional(),
});
export const uploadDeployResponseSchema = z.object({
  status: z.literal('deploying'),
  deployment_id: z.string(),
  job_id: z.string(),
  version: z.string(),
  target_partition: partition,
  estimated_time: count.describe('Seconds.'),
  steps: z.array(z.string()),
});
