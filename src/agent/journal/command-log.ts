/** Which commands the agent has answered, so that a command that comes again is answered again and not done again. */
import type { CommandRecord, JournalState } from './journal-schema';

export type CommandLog = {
  /** The answer that was given to a command id, or null. */
  find(commandId: string): CommandRecord | null;
  /** Highest sequence number that was answered; smaller ones with an unknown id are replays. */
  lastSeq(): number;
  /** Durable when it resolves. Recording the same id again changes nothing. */
  record(entry: CommandRecord): Promise<void>;
};

/** The relay repeats a command for minutes, not for a hundred commands. */
const KEPT_COMMANDS = 100;

export function createCommandLog(
  read: () => JournalState,
  update: (change: (draft: JournalState) => void) => Promise<JournalState>,
): CommandLog {
  const find = (commandId: string) => read().commands.recent.find((entry) => entry.id === commandId) ?? null;
  return {
    find,
    lastSeq: () => read().commands.lastSeq,
    async record(entry) {
      if (find(entry.id)) return;
      await update((draft) => {
        draft.commands.lastSeq = Math.max(draft.commands.lastSeq, entry.seq);
        draft.commands.recent = [...draft.commands.recent, entry].slice(-KEPT_COMMANDS);
      });
    },
  };
}
