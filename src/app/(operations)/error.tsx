'use client';
import { ErrorState } from '#/ui/kit/states';

export default function OperationsError({ reset }: { error: Error; reset: () => void }) {
  return (
    <ErrorState
      title="This page could not be shown"
      message="The server answered with an error. Nothing on a crane has changed because of it."
      actions={['Try again', 'If it stays, tell an administrator the time and the address of this page']}
      onRetry={reset}
    />
  );
}
