import type { ReactNode } from 'react';
import { listSites } from '#/server/sites/list-sites';
import { requestContext } from '#/server/trpc/page-query';
import { AccessProvider } from '#/ui/access/access';
import { LiveProvider } from '#/ui/live/live-provider';
import { Shell } from '#/ui/shell/shell';
import { SitesProvider } from '#/ui/sites/site-filter';
import { ApiProvider } from '#/ui/trpc/provider';

/** The frame of all pages behind the sign-in. Each page itself redirects when there is no session: it knows its path. */
export default async function OperationsLayout({ children }: { children: ReactNode }) {
  const { session } = await requestContext();
  if (!session) return children;
  const sites = await listSites(session.actor);
  return (
    <ApiProvider>
      <AccessProvider access={{ user: session.user, grants: session.actor.grants }}>
        <SitesProvider sites={sites}>
          <LiveProvider>
            <Shell>{children}</Shell>
          </LiveProvider>
        </SitesProvider>
      </AccessProvider>
    </ApiProvider>
  );
}
