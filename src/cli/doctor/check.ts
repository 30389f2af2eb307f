/** One line of `fairlead doctor`. */
export type Check = {
  name: string;
  /** warning: works, but not for long or not well. */
  status: 'ok' | 'warning' | 'problem';
  /** What was found. */
  message: string;
  /** What to do; null when nothing is to be done. */
  remedy: string | null;
};

export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message, remedy: null };
}

export function warning(name: string, message: string, remedy: string): Check {
  return { name, status: 'warning', message, remedy };
}

export function problem(name: string, message: string, remedy: string): Check {
  return { name, status: 'problem', message, remedy };
}
