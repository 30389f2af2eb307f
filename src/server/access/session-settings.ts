import { getEnv } from '../config/env';

export type SessionSettings = {
  secret: string;
  publicUrl: string;
  /** The cookie is only sent over TLS. */
  secure: boolean;
  idleTimeoutMs: number;
  absoluteTimeoutMs: number;
};

/** Name of the session cookie. Not `__Host-`: the same name has to work for plain http on a workbench. */
export const SESSION_COOKIE = 'fairlead.session';

/** Session settings from the environment. */
export function sessionSettings(): SessionSettings {
  const env = getEnv();
  return {
    secret: env.FAIRLEAD_SECRET,
    publicUrl: env.PUBLIC_URL,
    secure: env.PUBLIC_URL.startsWith('https://'),
    idleTimeoutMs: env.SESSION_IDLE_MINUTES * 60_000,
    absoluteTimeoutMs: env.SESSION_ABSOLUTE_HOURS * 3_600_000,
  };
}
