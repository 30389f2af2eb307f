'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { useTRPC } from '../trpc/client';
import { explainError } from '../trpc/errors';

/** Acknowledging and taking off the shelf; what came of it is said, and every list of alarms reads again. */
export function useAlarmActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries(trpc.alarms.pathFilter());
  const onError = (error: unknown) => void toast.error('The alarm stays as it was', { description: explainError(error).message });
  const acknowledge = useMutation(
    trpc.alarms.acknowledge.mutationOptions({
      onSuccess: ({ acknowledged }) => {
        toast(
          acknowledged === 0
            ? 'Someone else has acknowledged it already'
            : acknowledged === 1
              ? 'Acknowledged'
              : `${acknowledged} acknowledged`,
        );
      },
      onError,
      onSettled,
    }),
  );
  const unshelve = useMutation(trpc.alarms.unshelve.mutationOptions({ onSuccess: () => void toast('Off the shelf'), onError, onSettled }));
  return { acknowledge, unshelve };
}
