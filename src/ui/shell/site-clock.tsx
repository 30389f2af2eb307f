'use client';
import { useNowMs } from '../clock/now';
import { wallTime, zoneCity } from '../clock/format';
import { usePreferences } from '../preferences/preferences';
import { useSiteFilter } from '../sites/site-filter';
import { useLinkState } from '../live/live-context';

const LINK_TEXT = { connecting: 'Connecting', live: 'Live', lost: 'Lost' } as const;

/** The wall clock of the chosen site, or UTC; a button that switches all times of the page between both. */
export function SiteClock() {
  const nowMs = useNowMs();
  const { timeMode, change } = usePreferences();
  const { site } = useSiteFilter();
  const link = useLinkState();
  const zone = timeMode === 'utc' || !site ? 'UTC' : site.timezone;
  const wall = wallTime(new Date(nowMs), zone);
  return (
    <div className="flex items-center gap-2 text-xs max-sm:hidden">
      <span className={link.status === 'lost' ? 'text-p2' : 'text-muted'}>
        <span aria-hidden>{link.status === 'live' ? '●' : link.status === 'lost' ? '▲' : '○'} </span>
        <span>{LINK_TEXT[link.status]}</span>
      </span>
      <button
        type="button"
        onClick={() => change({ timeMode: timeMode === 'utc' ? 'site' : 'utc' })}
        title={timeMode === 'utc' ? 'All times are UTC. Show site time' : 'Times are those of each site. Show UTC'}
        className="target tabular rounded-md px-2 font-mono hover:bg-hover"
      >
        <time dateTime={new Date(nowMs).toISOString()}>{wall.time}</time>
        <span className="text-muted"> {zone === 'UTC' ? 'UTC' : `${wall.offset} ${zoneCity(zone)}`}</span>
        <span className="sr-only">. {timeMode === 'utc' ? 'Show site time' : 'Show UTC'}</span>
      </button>
    </div>
  );
}
