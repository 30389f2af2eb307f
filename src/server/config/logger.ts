import pino, { type Logger } from 'pino';

const globalForLogger = globalThis as { fairleadLogger?: Logger };

/** JSON lines on standard error. Secrets never go in; `err` and `error` are serialised with their stack. */
export const logger: Logger = (globalForLogger.fairleadLogger ??= pino(
  {
    level: process.env.LOG_LEVEL || 'info',
    base: { program: process.env.FAIRLEAD_PROGRAM ?? 'fairlead' },
    serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    redact: ['*.password', '*.secret', '*.token', '*.pin', 'headers.authorization', 'headers.cookie'],
  },
  pino.destination({ fd: 2, sync: true }),
));
