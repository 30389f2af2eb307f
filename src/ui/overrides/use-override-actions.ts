'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

/** The ways out that need no PIN. Each says its outcome, and everything that shows overrides is read again. */
export function useOverrideActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const options = (said: string, failed: string, description?: string) => ({
    onSuccess: () => toast(said, { description }),
    onError: (error: unknown) => {
      const { message, actions } = explainError(error);
      toast.error(failed, { description: [message, ...actions].join(' ') });
    },
    onSettled: () =>
      Promise.all([queryClient.invalidateQueries(trpc.overrides.pathFilter()), queryClient.invalidateQueries(trpc.safety.pathFilter())]),
  });
  const revoke = useMutation(
    trpc.overrides.revoke.mutationOptions(
      options('The override is revoked', 'The override could not be revoked', 'The gateway is told at once.'),
    ),
  );
  const reject = useMutation(
    trpc.overrides.reject.mutationOptions(options('The request is rejected', 'The request could not be rejected')),
  );
  const withdraw = useMutation(
    trpc.overrides.withdraw.mutationOptions(options('The request is withdrawn', 'The request could not be withdrawn')),
  );
  return { revoke, reject, withdraw };
}
