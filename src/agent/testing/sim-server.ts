/**
 * The server's side of the agent wire as a model: orders commands until they are answered, takes durable events as the real
 * ingest does, and notices every lie: gaps, a number that comes to mean something else, moves that the table forbids.
 */
import { applyJobEvent, FINAL_STATES, type JobPosition } from '#/domain/jobs/job-machine';
import type { JobOperation } from '#/domain/jobs/operations';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { DurableEvent } from '#/protocol/mqtt/events';

type JobReport = Extract<DurableEvent['body'], { type: 'job' }>;
type BundleEnd = Extract<DurableEvent['body'], { type: 'bundle' }>;
export type SimCommand = {
  id: string;
  seq: number;
  body: CommandBody /** When the operator does this. */;
  when: (server: SimServer) => boolean;
};

export class SimServer {
  readonly events = new Map<string, DurableEvent>();
  readonly lastN = new Map<string, number>();
  readonly reports: JobReport[] = [];
  readonly answers = new Map<string, string>();
  readonly lies: string[] = [];
  /** Boot ids of the hellos. */
  readonly boots = new Set<string>();
  /** Debug bundles as they came, and how the gateway says that they ended. */
  readonly uploads = new Map<string, Uint8Array>();
  readonly bundleEnds = new Map<string, BundleEnd>();
  /** Of the job that was reported last. */
  position: JobPosition = { state: 'offered', heldState: null };

  constructor(readonly commands: readonly SimCommand[]) {}

  copy(): SimServer {
    const copy = new SimServer(this.commands);
    for (const [key, event] of this.events) copy.events.set(key, event);
    for (const [epoch, n] of this.lastN) copy.lastN.set(epoch, n);
    for (const [id, code] of this.answers) copy.answers.set(id, code);
    for (const [id, bytes] of this.uploads) copy.uploads.set(id, bytes);
    for (const [id, end] of this.bundleEnds) copy.bundleEnds.set(id, end);
    copy.reports.push(...this.reports);
    copy.lies.push(...this.lies);
    for (const boot of this.boots) copy.boots.add(boot);
    copy.position = this.position;
    return copy;
  }

  /** The next command to (re)send, or null. */
  due(): SimCommand | null {
    return this.commands.find((command) => !this.answers.has(command.id) && command.when(this)) ?? null;
  }

  /** Commits one event; a repeated one is only compared. */
  take(event: DurableEvent): void {
    const key = `${event.epoch}/${event.n}`;
    const known = this.events.get(key);
    const last = this.lastN.get(event.epoch) ?? 0;
    if (known) {
      if (JSON.stringify(known) !== JSON.stringify(event)) this.lies.push(`event ${key} changed`);
      return;
    }
    if (event.n !== last + 1) this.lies.push(`event ${key} follows ${last}`);
    this.events.set(key, event);
    this.lastN.set(event.epoch, event.n);
    const { body } = event;
    if (body.type === 'command_result') this.answers.set(body.commandId, body.code);
    if (body.type === 'hello') this.boots.add(body.bootId);
    if (body.type === 'job') this.#follow(body);
    if (body.type === 'bundle') {
      const before = this.bundleEnds.get(body.bundleId);
      if (before && JSON.stringify(before) !== JSON.stringify(body))
        this.lies.push(`bundle ${body.bundleId} ended as ${before.state}, then as ${body.state}`);
      this.bundleEnds.set(body.bundleId, body);
    }
  }

  /** What the agent has said last of each grant. */
  grantStates(): Map<string, string> {
    const said = [...this.events.values()].flatMap(({ body }) => (body.type === 'grant' ? [[body.grantId, body.state] as const] : []));
    return new Map(said);
  }

  isOver(): boolean {
    return FINAL_STATES.has(this.position.state) && this.commands.every((command) => this.#isDone(command));
  }

  /** A bundle goes on beside the job, and after it. */
  #isDone({ id, body }: SimCommand): boolean {
    return (
      body.name !== 'bundle.collect' || (this.answers.has(id) && (this.answers.get(id) !== 'OK' || this.bundleEnds.has(body.bundleId)))
    );
  }

  states(): string[] {
    return this.reports.map((report) => report.state);
  }

  #operationOf(jobId: string): JobOperation {
    const order = this.commands.find(({ body }) => body.name === 'recovery.start' && body.jobId === jobId)?.body;
    return order?.name === 'recovery.start' ? order.recovery.operation : 'update';
  }

  #follow(report: JobReport): void {
    const ofJob = this.reports.filter((one) => one.jobId === report.jobId && one.attempt === report.attempt);
    const before = ofJob.find((one) => one.seq === report.seq);
    if (before) {
      if (JSON.stringify(before) !== JSON.stringify(report)) this.lies.push(`report ${report.seq} changed`);
      return;
    }
    if (ofJob.length === 0) this.position = { state: 'offered', heldState: null };
    if (report.seq !== (ofJob.at(-1)?.seq ?? 0) + 1) this.lies.push(`report ${report.seq} has a gap before it`);
    const next = applyJobEvent(this.position, report.event, this.#operationOf(report.jobId));
    if (next?.state !== report.state) this.lies.push(`${report.event} in ${this.position.state} is reported as ${report.state}`);
    this.position = next ?? this.position;
    this.reports.push(report);
  }
}
