/** How what a job starts with is called, and what it goes back to: a version, or restored files under the same version. */
type Leaving = { operation: string; toVersion: string; fromVersion: string | null };

export type LeaveWords = {
  /** What may be kept. */
  kept: string;
  keep: string;
  goBack: string;
  /** Said of the restart that the way back takes. */
  restart: string;
  isSlot: boolean;
};

export function leaveWords({ operation, toVersion, fromVersion }: Leaving): LeaveWords {
  if (operation === 'restore_files')
    return {
      kept: 'the restored files',
      keep: 'Keep the restored files',
      goBack: 'Go back to the former files',
      restart: 'It restarts with the data and configuration of before',
      isSlot: false,
    };
  return {
    kept: toVersion,
    keep: `Keep ${toVersion}`,
    goBack: `Roll back to ${fromVersion ?? 'the former version'}`,
    restart: `It restarts ${fromVersion ?? 'its former version'} from the other slot`,
    isSlot: true,
  };
}
