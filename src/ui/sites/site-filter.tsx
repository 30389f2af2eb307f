'use client';
import { parseAsString, useQueryState } from 'nuqs';
import { createContext, type ReactNode, useContext } from 'react';

export type SiteInfo = { id: string; code: string; name: string; timezone: string };

const SitesContext = createContext<readonly SiteInfo[]>([]);

/** Provides the sites that the person may see. */
export function SitesProvider({ sites, children }: { sites: readonly SiteInfo[]; children: ReactNode }) {
  return <SitesContext value={sites}>{children}</SitesContext>;
}

/** The sites that the person may see, by name. */
export function useSites(): readonly SiteInfo[] {
  return useContext(SitesContext);
}

/** The site that the page is narrowed to: its code is in the URL as `site`; undefined means every site. */
export function useSiteFilter(): { site: SiteInfo | undefined; setSiteCode: (code: string | null) => void } {
  const sites = useSites();
  const [code, setCode] = useQueryState('site', parseAsString.withOptions({ clearOnDefault: true, shallow: true }));
  return { site: sites.find((site) => site.code === code), setSiteCode: (next) => void setCode(next) };
}
