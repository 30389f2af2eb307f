'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { AlarmCount } from '../alarms/alarm-count';
import { cx } from '../kit/class-names';
import { useSiteFilter } from '../sites/site-filter';
import { DESTINATIONS, hrefWithSite, isAt } from './destinations';

/** The main navigation: a rail at the left, or a bar at the lower edge of a narrow screen. */
export function Navigation() {
  const pathname = usePathname();
  const { site } = useSiteFilter();
  return (
    <nav
      aria-label="Main"
      className="z-20 border-line bg-surface max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:border-t md:sticky md:top-12 md:h-[calc(100dvh-3rem)] md:w-44 md:shrink-0 md:border-r md:p-2"
    >
      <ul className="flex md:flex-col md:gap-0.5">
        {DESTINATIONS.map((destination) => {
          const { href, label, icon: Icon, key } = destination;
          const here = isAt(pathname, href);
          return (
            <li key={href} className={cx('max-md:flex-1', destination.wideOnly && 'max-md:hidden')}>
              <Link
                href={hrefWithSite(destination, site?.code)}
                aria-current={here ? 'page' : undefined}
                className={cx(
                  'target relative flex items-center gap-2.5 rounded-md px-2.5 py-1 text-sm -outline-offset-2 hover:bg-hover max-md:flex-col max-md:gap-0.5 max-md:py-1.5 max-md:text-2xs',
                  here ? 'bg-select font-semibold text-text' : 'text-muted hover:text-text',
                )}
              >
                <Icon aria-hidden className="size-4 shrink-0" />
                <span className="md:flex-1">{label}</span>
                {href === '/alarms' && <AlarmCount />}
                <kbd aria-hidden className="font-mono text-2xs whitespace-nowrap max-md:hidden">
                  g {key}
                </kbd>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
