import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capGrants, isAllowed, permittedSites, type RoleGrant } from './grants';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from './roles';

const grant = fc.record<RoleGrant>({
  role: fc.constantFrom(...ROLES),
  siteId: fc.constantFrom(null, 'rtm', 'vlc'),
});

describe('rights per site', () => {
  it('an operator of one site may start jobs there and nowhere else', () => {
    const grants: RoleGrant[] = [{ role: 'operator', siteId: 'rtm' }];
    expect(isAllowed(grants, 'job.start', 'rtm')).toBe(true);
    expect(isAllowed(grants, 'job.start', 'vlc')).toBe(false);
    expect(permittedSites(grants, 'job.start')).toEqual(['rtm']);
  });

  it('nobody without a grant may do anything', () => {
    for (const permission of PERMISSIONS) expect(isAllowed([], permission, null)).toBe(false);
  });

  it('isAllowed and permittedSites agree', () => {
    fc.assert(
      fc.property(fc.array(grant), fc.constantFrom(...PERMISSIONS), fc.constantFrom('rtm', 'vlc'), (grants, permission, site) => {
        const sites = permittedSites(grants, permission);
        expect(isAllowed(grants, permission, site)).toBe(sites === 'all' || sites.includes(site));
      }),
    );
  });

  it('a cap never adds a permission and never exceeds the cap', () => {
    fc.assert(
      fc.property(
        fc.array(grant),
        fc.constantFrom(...ROLES),
        fc.constantFrom(...PERMISSIONS),
        fc.constantFrom('rtm', 'vlc'),
        (grants, cap, permission, site) => {
          if (!isAllowed(capGrants(grants, cap), permission, site)) return;
          expect(isAllowed(grants, permission, site)).toBe(true);
          expect(ROLE_PERMISSIONS[cap].has(permission)).toBe(true);
        },
      ),
    );
  });
});
