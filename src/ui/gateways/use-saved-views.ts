'use client';
import { useCallback, useEffect, useState } from 'react';
import type { ListState } from './list-state';

export type SavedView = { name: string; state: ListState };

const STORAGE_KEY = 'fairlead.gateway-views';

/** Named views in this browser's local storage; empty while the page is drawn on the server. */
export function useSavedViews(): {
  views: readonly SavedView[];
  save: (name: string, state: ListState) => void;
  remove: (name: string) => void;
} {
  const [views, setViews] = useState<readonly SavedView[]>([]);
  useEffect(() => setViews(readViews()), []);
  const write = useCallback((next: readonly SavedView[]) => {
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
    setViews(next);
  }, []);
  return {
    views,
    save: (name, state) => write([...views.filter((view) => view.name !== name), { name, state }]),
    remove: (name) => write(views.filter((view) => view.name !== name)),
  };
}

function readViews(): SavedView[] {
  try {
    const parsed: unknown = JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
