/** next-auth's configuration: one credentials provider, JWT sessions, hardened cookies. */
import type { AuthOptions } from 'next-auth';
import Credentials from 'next-auth/providers/credentials';
import { z } from 'zod';
import { logger } from '../config/logger';
import { SESSION_COOKIE, sessionSettings } from './session-settings';
import { signIn } from './sign-in';
import { withinBudget } from './sign-in-budget';

/** One sentence for every refusal, so that nobody learns which accounts exist. */
export const SIGN_IN_REFUSED =
  'Sign-in refused. Check the e-mail address and the password; after 5 wrong tries an account is locked for 15 minutes.';
export const SIGN_IN_UNAVAILABLE = 'Sign-in is not possible right now. Wait a moment and try again.';

export const SIGN_IN_TOO_OFTEN = 'Too many sign-ins from this address have failed. Wait a minute and try again.';

const credentialsSchema = z.object({ email: z.string().min(1).max(320), password: z.string().min(1).max(1024) });

/** The options object; built per request because the environment is read at run time, not at build time. */
export function authOptions(): AuthOptions {
  const settings = sessionSettings();
  // next-auth reads its own address from the environment only; without it redirects would go to localhost:3000.
  process.env.NEXTAUTH_URL ??= settings.publicUrl;
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure: settings.secure } as const;
  return {
    secret: settings.secret,
    session: { strategy: 'jwt', maxAge: settings.idleTimeoutMs / 1000 },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    useSecureCookies: settings.secure,
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: cookie },
      csrfToken: { name: 'fairlead.csrf', options: cookie },
      callbackUrl: { name: 'fairlead.callback', options: cookie },
    },
    providers: [
      Credentials({
        credentials: { email: { type: 'email' }, password: { type: 'password' } },
        authorize: async (input, request) => {
          const parsed = credentialsSchema.safeParse(input);
          if (!parsed.success) throw new Error(SIGN_IN_REFUSED);
          const { email, password } = parsed.data;
          const headers = request.headers ?? {};
          const origin = {
            ip: firstAddress(headers['x-forwarded-for']),
            requestId: typeof headers['x-request-id'] === 'string' ? headers['x-request-id'] : null,
          };
          const result = await withinBudget(origin.ip, () => signIn(email, password, origin)).catch((error: unknown) => {
            // next-auth shows a thrown message on the page: never let a database error through.
            logger.error({ error }, 'sign-in failed');
            throw new Error(SIGN_IN_UNAVAILABLE);
          });
          if (!result) throw new Error(SIGN_IN_TOO_OFTEN);
          if (!result.ok) throw new Error(SIGN_IN_REFUSED);
          return result.user;
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => {
        if (user && 'sessionEpoch' in user) return { sub: user.id, epoch: user.sessionEpoch, startedAtMs: Date.now() };
        return token;
      },
      // The browser learns nothing from /api/auth/session but that the session was renewed.
      session: ({ session }) => ({ expires: session.expires }),
    },
    logger: {
      error: (code) => logger.error({ code }, 'next-auth error'),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

function firstAddress(forwardedFor: unknown): string | null {
  return typeof forwardedFor === 'string' ? (forwardedFor.split(',')[0]?.trim() ?? null) : null;
}
