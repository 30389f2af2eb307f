import { LoadingState } from '#/ui/kit/states';

export default function OperationsLoading() {
  return <LoadingState label="Loading the page" rows={12} />;
}
