'use client';
import { useEffect, useRef } from 'react';
import { Notice } from '../kit/notice';
import { explainError } from './errors';

/** Why an order was not taken, and what to do about it, said aloud and brought into sight; nothing while there is no error. */
export function Refusal({ title, error }: { title: string; error: unknown }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  if (!error) return null;
  const { message, actions } = explainError(error);
  return (
    <div ref={ref} role="alert">
      <Notice priority="p1" title={title}>
        <p>{message}</p>
        {actions.length > 0 && (
          <ul className="list-disc pl-5">
            {actions.map((action) => (
              <li key={action}>{action}</li>
            ))}
          </ul>
        )}
      </Notice>
    </div>
  );
}
