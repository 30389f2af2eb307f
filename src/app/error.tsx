'use client';
import { ErrorState } from '#/ui/kit/states';

/** When not even the frame of the pages can be made: the database does not answer. */
export default function RootError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main>
      <ErrorState
        title="Fairlead cannot be shown at the moment"
        message="The server answered with an error. Nothing on a crane has changed because of it; an update that runs goes on by itself."
        actions={['Try again in a few seconds', 'If it stays, tell an administrator the time']}
        onRetry={() => {
          reset();
          window.location.reload();
        }}
      />
    </main>
  );
}
