'use client';
import { Anchor } from 'lucide-react';
import { signIn } from 'next-auth/react';
import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { Button } from '../kit/button';
import { TextField } from '../kit/field';

const UNREACHABLE = 'The server did not answer. Check the connection and try again.';

const never = () => () => {};

/** Before the page has its program a browser would send the form by itself: with the password in the address. */
function useHasProgram(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/** E-mail and password; password managers and pasting work. */
export function SignInForm({ nextPath, ended }: { nextPath: string; ended: boolean }) {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = useHasProgram();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    const result = await signIn('credentials', { email: form.get('email'), password: form.get('password'), redirect: false }).catch(
      () => undefined,
    );
    if (result?.ok && !result.error) {
      // A full load: the next page is rendered with the new session from the start.
      window.location.assign(nextPath);
      return;
    }
    setBusy(false);
    setError(result?.error ?? UNREACHABLE);
  };
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <h1 className="flex items-center gap-2 text-xl font-semibold tracking-tight">
          <Anchor aria-hidden className="size-5 text-muted" />
          Fairlead
        </h1>
        <p className="pt-1 pb-5 text-sm text-muted">Software updates for crane gateways</p>
        {ended && !error && (
          <p role="status" className="mb-4 rounded-md border border-line bg-select px-3 py-2 text-sm">
            Your session has ended. Sign in to go on where you were.
          </p>
        )}
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField label="E-mail" name="email" type="email" autoComplete="username" required autoFocus maxLength={320} />
          <TextField label="Password" name="password" type="password" autoComplete="current-password" required maxLength={1024} />
          {error && (
            <p role="alert" className="rounded-md border border-p1 bg-p1-fill px-3 py-2 text-sm">
              <span aria-hidden className="text-p1">
                ■{' '}
              </span>
              {error}
            </p>
          )}
          <Button type="submit" variant="primary" busy={busy} disabled={!ready}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
