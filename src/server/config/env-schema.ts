/** Every environment variable that Fairlead reads. `.env.example` is tested equal to this schema. */
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

export const envSchema = z.object({
  PORT: port.default(3000).describe('Port of the web program: pages, REST, WebSocket, device downloads.'),
  HOST: z.string().min(1).default('0.0.0.0').describe('Address that the web program and the embedded broker listen on.'),
  MQTT_PORT: port.default(1883).describe('Port of the embedded broker (MQTT over TCP).'),
  MQTT_WS_PORT: port.default(9001).describe('Port of the embedded broker (MQTT over WebSocket).'),
  FAIRLEAD_HOME: z
    .string()
    .min(1)
    .default('.fairlead')
    .describe('Folder of the embedded database, the artifacts, the demo fleet and generated secrets.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:3000')
    .describe('Address at which browsers and gateways reach the web program. Default: http://localhost:PORT.'),
  PUBLIC_MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//)
    .default('mqtt://localhost:1883')
    .describe('Address at which gateways reach the broker. Default: MQTT_URL, else mqtt://localhost:MQTT_PORT.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
    .describe('A PostgreSQL of your own. Without it the embedded one is used.'),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12).describe('Database connections per program.'),
  MQTT_URL: z
    .string()
    .regex(/^(mqtts?|wss?):\/\//, 'must begin with mqtt://, mqtts://, ws:// or wss://')
    .optional()
    .describe('A broker of your own. Without it the embedded one is used.'),
  MQTT_USERNAME: z.string().optional().describe('User of the controller on a broker of your own. Default: fairlead-controller.'),
  MQTT_PASSWORD: z.string().optional().describe('Its password. Default: derived from FAIRLEAD_SECRET.'),
  MQTT_SHARED: flag.default(false).describe('1: the broker has shared subscriptions ($share), so several controllers divide the ingest.'),
  FAIRLEAD_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters')
    .describe('Seals signing keys and sessions. Made and kept in FAIRLEAD_HOME when it is not set.'),
  FAIRLEAD_PIN_PEPPER: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('Goes into every PIN hash; changing it voids all PINs. Default: derived from FAIRLEAD_SECRET.'),
  ARTIFACT_FOLDER: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of update images and of uploads that are coming. Default: FAIRLEAD_HOME/artifacts.'),
  ARTIFACT_STORE_URL: z
    .string()
    .regex(/^s3:\/\/[^/?#]+/, 'must begin with s3://bucket')
    .optional()
    .describe(
      'An S3 bucket for the images: s3://bucket/prefix?endpoint=…&region=…&path_style=1. Keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.',
    ),
  ARTIFACT_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Most bytes of all images together. Without it: what the disk holds.'),
  UPLOAD_MAX_BYTES: z.coerce.number().int().min(1).default(8_589_934_592).describe('Most bytes of one upload.'),
  UPLOAD_EXPIRE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe('An upload on which nothing comes is given up after this.'),
  SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).max(1440).default(60).describe('A session without activity ends after this.'),
  SESSION_ABSOLUTE_HOURS: z.coerce.number().int().min(1).max(168).default(12).describe('Every session ends after this.'),
  TRUST_PROXY: flag.default(false).describe('1: a reverse proxy sets X-Forwarded-For; take the client address from it.'),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(10).default(1200).describe('REST requests per minute and caller.'),
  WEBHOOK_ALLOW_PRIVATE: flag
    .default(false)
    .describe('1: webhooks may lead to this machine and to private networks. Link-local and metadata addresses stay refused.'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional()
    .describe('Mail server of e-mail channels that name none of their own: smtp://user:password@host:587.'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged.'),
});
export type Env = z.infer<typeof envSchema>;
