/** Runs the one job of this gateway, step by step, from whatever the journal and the bootloader say at start. */
import { FINAL_STATES, PAST_NO_RETURN } from '#/domain/jobs/job-machine';
import { switchesSlot } from '#/domain/jobs/operations';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { SlotReport } from '#/protocol/mqtt/events';
import { bootSlotOf } from '../bootloader/decide-boot';
import { DownloadError } from '../download/download-error';
import type { LogSource } from '../agent-log';
import { operationOfJob } from '../journal/job-operation';
import type { JournalJob, JournalState } from '../journal/journal-schema';
import type { CommandResult, EngineView, UpdateEngine } from '../ports';
import { isDiskFull } from '../storage/storage';
import { settleStart, settleUnknownAttempt } from './boot-steps';
import { DEFAULT_ENGINE_TUNING, type EngineDeps, Interrupted, StepFailure } from './engine-deps';
import { switchedFrom } from './after-boot';
import { carryOut } from './job-commands';
import { stepOf } from '../recovery/recovery-steps';
import { tidyFolders } from '../recovery/settle-folders';
import { moveJob, sayPendingReport } from './move-job';
import type { StepContext } from './pass-gate';
import { ProgressMeter } from './progress-meter';
import { countBoot, EMPTY_SLOT, readSlotReports, verifySlots } from './slot-reports';

/** Failures of this machine in a row after which a step's job fails. */
const TRIES_OF_A_STEP = 3;

export function createUpdateEngine(deps: EngineDeps): UpdateEngine {
  return new Engine(deps);
}

class Engine implements UpdateEngine {
  readonly #context: StepContext;
  #slots: SlotReport[] = [];
  #commands: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();
  #step: Promise<void> = Promise.resolve();
  #controller = new AbortController();
  #held = 0;
  #stopped = false;
  #rebooting = false;
  #failures = 0;
  /** Once per start, when there is nothing else to do. */
  #slotsVerified = false;
  #attemptSettled = false;
  #bootCounted = false;
  #startSettled = false;
  #tidiedAfter = '';
  #woken = false;
  #onWake: () => void = () => {};
  #lookedAt: JournalState | null = null;
  #saidSlots = '';

  constructor(private readonly deps: EngineDeps) {
    const tuning = { ...DEFAULT_ENGINE_TUNING, ...deps.tuning };
    const meter = new ProgressMeter(deps.clock, deps.reporter, tuning.progressIntervalMs);
    this.#context = {
      deps,
      tuning,
      meter,
      holds: [],
      holdsSaidAtMs: Number.NEGATIVE_INFINITY,
      spared: false,
      followed: null,
      proven: null,
      reboot: (reason) => this.#reboot(reason),
      log: (level, source, message) => this.#log(level, source, message),
    };
  }

  async start(): Promise<void> {
    await this.#look();
    this.#saidSlots = JSON.stringify(this.#slots);
    // A disk that is full now must not keep the agent from starting: the loop tries it again.
    await this.#settle(true).catch((error: unknown) => this.#log('error', 'ota', `the start is not settled yet: ${messageOf(error)}`));
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#interrupt();
    // A reboot ends this instance from inside its own step.
    if (!this.#rebooting) await this.#loop;
  }

  handle(body: CommandBody): Promise<CommandResult> {
    const result = this.#commands.then(async () => {
      const answer = await carryOut(this.deps, (act) => this.#whileStopped(act), body);
      this.#wake();
      await this.#look();
      return answer;
    });
    this.#commands = result.catch(() => {});
    return result;
  }

  view(): EngineView {
    const { job, rollbackCount } = this.deps.journal.read();
    const { bootId, bootedAt, activeSlot } = this.deps.slots;
    return {
      bootId,
      bootedAt,
      activeSlot,
      slots: this.#slots,
      rollbackCount,
      job: job && { jobId: job.order.jobId, state: job.position.state },
    };
  }

  /** Counts the boot and brings the journal in line with what was booted. */
  async #settle(atStart: boolean): Promise<void> {
    if (!this.#bootCounted) {
      await countBoot(this.deps.slots, this.deps.journal);
      this.#bootCounted = true;
      if (this.deps.journal.corruption !== null) await this.#log('error', 'ota', this.deps.journal.corruption);
    }
    await sayPendingReport(this.deps);
    await this.deps.grants.settle();
    await settleStart(this.deps, atStart);
    await this.#tidy();
    this.#startSettled = true;
    await this.#look();
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.#rebooting) {
      this.#woken = false;
      this.#controller = new AbortController();
      let more = false;
      if (this.#held === 0) {
        const step = this.#runStep(this.#controller.signal).then((again) => {
          more = again;
        });
        this.#step = step;
        await step;
      }
      if (!more && !this.#stopped) await this.#untilWoken();
    }
  }

  /** One step; resolves with whether there is more to do at once. Never rejects. */
  async #runStep(signal: AbortSignal): Promise<boolean> {
    if (!this.#startSettled) return this.#settleAgain(signal);
    const job = this.deps.journal.read().job;
    try {
      await sayPendingReport(this.deps);
      await this.deps.grants.say();
      if (!this.#attemptSettled && !(job && PAST_NO_RETURN.has(job.position.state))) await this.#settleUnknown(signal);
      const more = job !== null && (await stepOf(job)(this.#context, job, signal));
      this.#failures = 0;
      if (!more) await this.#tidy();
      if (!more && !this.#slotsVerified) await this.#verifySlots(signal);
      await this.#look();
      return more;
    } catch (error) {
      if (signal.aborted) return true;
      await this.#recover(job, error, signal);
      return true;
    }
  }

  async #settleAgain(signal: AbortSignal): Promise<boolean> {
    await this.#settle(false).catch(() => this.deps.clock.wait(this.#context.tuning.retryDelayMs, signal));
    return true;
  }

  /** A step went wrong: the job fails when it cannot go on, and the step is tried again when the machine is at fault. */
  async #recover(job: JournalJob | null, error: unknown, signal: AbortSignal): Promise<void> {
    const { retryDelayMs } = this.#context.tuning;
    const final = error instanceof StepFailure || error instanceof DownloadError;
    this.#failures += isDiskFull(error) ? 0 : 1;
    const stoppable = job !== null && !PAST_NO_RETURN.has(job.position.state);
    try {
      if (stoppable && (final || this.#failures >= TRIES_OF_A_STEP)) {
        this.#failures = 0;
        await this.#fail(job, error);
        await this.#look();
        return;
      }
      await this.#log('error', 'ota', `a step failed and is tried again: ${messageOf(error)}`);
    } catch {
      // Not even the failure could be written down; the same step comes again after the pause.
    }
    await this.deps.clock.wait(retryDelayMs, signal);
  }

  async #fail(job: JournalJob, error: unknown): Promise<void> {
    const { slots } = this.deps;
    const { targetSlot } = job.order;
    // A switch that failed half-way must not come into force at the next power cut.
    const operation = operationOfJob(job);
    if (
      switchesSlot(operation) &&
      job.position.state === switchedFrom(operation) &&
      bootSlotOf(await slots.env.read()) !== slots.activeSlot
    ) {
      await slots.env.write({ boot_slot: slots.activeSlot, upgrade_available: '0', bootcount: '0' });
    }
    const known = error instanceof StepFailure || error instanceof DownloadError;
    await moveJob(this.deps, 'fail', {
      message: messageOf(error),
      errorCode: known ? error.code : isDiskFull(error) ? 'INSUFFICIENT_DISK_SPACE' : 'INTERNAL',
      details: known ? error.details : {},
      edit: (draft) => {
        const slot = draft.slots[targetSlot];
        if (slot?.status === 'writing') draft.slots[targetSlot] = { ...EMPTY_SLOT, bootCount: slot.bootCount };
      },
    });
  }

  async #settleUnknown(signal: AbortSignal): Promise<void> {
    const settled = await settleUnknownAttempt(this.deps, signal);
    this.#attemptSettled = true;
    if (settled === null) return;
    await this.#log('warning', 'ota', settled.message);
    if (settled.reboot) await this.#reboot(settled.message);
  }

  /** Once after the end of each job, and once per start: nothing of it is left beside the gateway's folders. */
  async #tidy(): Promise<void> {
    const job = this.deps.journal.read().job;
    const over = job === null ? 'no job' : FINAL_STATES.has(job.position.state) ? `${job.order.jobId}/${job.order.attempt}` : null;
    if (over === null || over === this.#tidiedAfter) return;
    await tidyFolders(this.deps);
    this.#tidiedAfter = over;
  }

  async #verifySlots(signal: AbortSignal): Promise<void> {
    const faults = await verifySlots(this.deps.slots, this.deps.journal, signal);
    this.#slotsVerified = true;
    for (const { message } of faults) await this.#log('error', 'ota', message);
  }

  /** Looks at the slots and says so when they have changed. Whatever changes them changes the journal as well. */
  async #look(): Promise<void> {
    const state = this.deps.journal.read();
    if (state === this.#lookedAt) return;
    this.#slots = await readSlotReports(this.deps.slots, state);
    this.#lookedAt = state;
    const text = JSON.stringify(this.#slots);
    if (!this.#startSettled || text === this.#saidSlots) return;
    await this.deps.reporter.durable({ type: 'slots', activeSlot: this.deps.slots.activeSlot, slots: this.#slots });
    this.#saidSlots = text;
  }

  async #whileStopped<T>(act: () => Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      this.#interrupt();
      if (!this.#rebooting) await this.#step;
      return await act();
    } finally {
      this.#held -= 1;
      this.#wake();
    }
  }

  async #reboot(reason: string): Promise<void> {
    this.#rebooting = true;
    try {
      await this.deps.rebooter.reboot(reason);
    } catch (error) {
      this.#rebooting = false;
      throw error;
    }
  }

  #interrupt(): void {
    this.#controller.abort(new Interrupted('a command or the end of the agent stopped the step'));
    this.#wake();
  }

  #wake(): void {
    this.#woken = true;
    this.#onWake();
  }

  /** Also when the call came while the last step was ending. */
  #untilWoken(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onWake = resolve;
    });
  }

  async #log(level: 'info' | 'warning' | 'error', source: LogSource, message: string): Promise<void> {
    const at = new Date(this.deps.clock.nowMs()).toISOString();
    const entries = [{ at, level, source, message: message.slice(0, 1000), details: {} }];
    // A log line is not worth more than the step that it tells about.
    await this.deps.reporter.durable({ type: 'log', entries }).catch(() => {});
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
