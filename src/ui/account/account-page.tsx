'use client';
import { ROLES } from '#/domain/access/roles';
import { useAccess } from '../access/access';
import { PageHeader } from '../kit/page-header';
import { Panel } from '../kit/panel';
import { useSites } from '../sites/site-filter';
import { PasswordPanel } from './password-panel';
import { PinPanel } from './pin-panel';
import { RebindPanel } from './rebind-panel';
import { TokensPanel } from './tokens-panel';

/** The person's own account: rights, password, PIN, API tokens. */
export function AccountPage() {
  const { user, grants } = useAccess();
  const sites = useSites();
  const places = (role: string) =>
    grants
      .filter((grant) => grant.role === role)
      .map((grant) => (grant.siteId === null ? 'all sites' : (sites.find((site) => site.id === grant.siteId)?.name ?? 'a site')));
  return (
    <>
      <PageHeader title="Account" lead={user.email} />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <div className="grid gap-3">
          <Panel title="Rights">
            <dl className="grid grid-cols-[8rem_1fr] gap-y-1.5 text-sm">
              <dt className="text-muted">Name</dt>
              <dd>{user.name}</dd>
              {ROLES.filter((role) => places(role).length > 0).map((role) => (
                <div key={role} className="contents">
                  <dt className="text-muted capitalize">{role.replace('_', ' ')}</dt>
                  <dd>{places(role).join(', ')}</dd>
                </div>
              ))}
            </dl>
          </Panel>
          <PasswordPanel />
        </div>
        <div className="grid gap-3">
          <PinPanel />
          <RebindPanel />
        </div>
      </div>
      <TokensPanel />
    </>
  );
}
