/** What the parts of the agent need of each other and of the world; composed in main.ts, the fleet and the tests. */
import type { SlotId } from '#/domain/jobs/job-options';
import type { SignalSet } from '#/domain/safety/signals';
import type { CommandBody, CommandResultCode } from '#/protocol/mqtt/commands';
import type { DurableBody, ProgressReport, SlotReport } from '#/protocol/mqtt/events';
import type { JobState } from '#/domain/jobs/job-machine';

export type Clock = {
  /** Wall clock, ms since the epoch. */
  nowMs(): number;
  /** Never goes back; for deadlines and ages. */
  monotonicMs(): number;
  /** Resolves after the time, or at once with false when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<boolean>;
};

/** What the agent says. `durable` resolves only when the event is on disk (fsync). */
export type Reporter = {
  durable(body: DurableBody): Promise<void>;
  progress(report: Omit<ProgressReport, 'v' | 'at'>): void;
};

/** Samples the sources directly, now. A constraint whose source fails is missing from the set. */
export type SignalReader = { read(): Promise<SignalSet> };

/** Ends this boot: the real one re-executes the process; the fleet restarts the agent instance. */
export type Rebooter = { reboot(reason: string): Promise<void> };

export type CommandResult = { code: CommandResultCode; message: string; details?: Record<string, unknown> };

export type EngineView = {
  bootId: string;
  bootedAt: string;
  activeSlot: SlotId;
  slots: SlotReport[];
  rollbackCount: number;
  job: { jobId: string; state: JobState } | null;
};

/** The update engine (update/engine.ts). */
export type UpdateEngine = {
  /** Runs the boot step (health, commit or fall back) and then goes on with the journal's job until `stop`. */
  start(): Promise<void>;
  /** Waits for what is running to reach a safe point. */
  stop(): Promise<void>;
  /** A verified command. Idempotent by job and attempt. */
  handle(body: CommandBody): Promise<CommandResult>;
  view(): EngineView;
};
