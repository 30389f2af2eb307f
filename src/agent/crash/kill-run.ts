/** One gateway program that is killed again and again during one job after another, and what is wrong with what it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FINAL_STATES } from '#/domain/jobs/job-machine';
import type { SlotId } from '#/domain/jobs/job-options';
import type { CommandBody } from '#/protocol/mqtt/commands';
import type { RecoveryOperation } from '#/protocol/mqtt/recovery';
import { decideBoot, otherSlot } from '../bootloader/decide-boot';
import { LEAN_ENV } from '../host/lean-memory';
import { parseEnvironment } from '../slots/boot-environment';
import { slotFile } from '../slots/file-slots';
import { seededRandom } from '../storage/power-cut';
import { type SimImage, sha256Of } from '../testing/sim-images';
import { deployOrder } from '../testing/sim-orders';
import { checkBundles, orderBundle, seedSecrets } from './kill-bundles';
import { type KillWorld, startKillWorld } from './kill-world';

/** Bytes per second: slow enough for a kill in the middle, fast enough for many updates. */
const SPEED_LIMIT = 900_000;
type Kill = 'at a time' | 'at a report' | 'never';
/** The job that the server wants now, and what its end must have left on the disk. `data`: the gateway's own, before it and confirmed. */
type Job = {
  jobId: string;
  kind: string;
  from: SlotId;
  to: SlotId;
  oldVersion: string;
  newVersion: string;
  data: { old: string | null; new: string | null };
};
type Kept = { sha256: string; version: string; data: string | null };

export class KillRun {
  readonly faults: string[] = [];
  /** What the jobs were and how they ended. */
  readonly ended: string[] = [];
  /** Where the job stood, as far as the server knew, when the process was killed. */
  readonly killedIn: string[] = [];
  readonly #random: () => number;
  #job: Job | null = null;
  /** What the gateway's own data hold; null: wiped. */
  #data: string | null = null;
  readonly #kept = new Map<string, Kept>();
  /** What the data were before each reset, by its backup. */
  readonly #backups = new Map<string, string | null>();

  private constructor(
    readonly world: KillWorld,
    private readonly program: string,
    private readonly folder: string,
    private readonly images: readonly [SimImage, SimImage],
    seed: number,
  ) {
    this.#random = seededRandom(seed);
  }

  /** A gateway in `folder` that runs the first image, and its own broker and server. */
  static async prepare(program: string, folder: string, images: readonly [SimImage, SimImage], seed: number): Promise<KillRun> {
    const gatewayId = `G-KILL-${seed}`;
    const world = await startKillWorld(gatewayId, 'correct horse', [...images]);
    await mkdir(folder);
    await writeFile(slotFile(folder, 'A'), images[0].bytes);
    await seedSecrets(folder);
    const config = {
      serverUrl: world.baseUrl,
      dataFolder: join(folder, 'data'),
      enrolmentToken: 'a one-time token for the kill test',
      serialNumber: gatewayId,
      model: 'test',
      hardwareRevision: 'rev-c',
      slots: { kind: 'file', folder, capacityBytes: 10_000_000 },
      health: { kind: 'session', deadlineSeconds: 20, everySeconds: 0.02 },
      signals: [{ kind: 'script', craneKind: 'rmg', duty: 'parked', seed: 1 }],
      // A process that lives for half a second cannot prove half a minute of good signals.
      limits: { holdSeconds: { acs_collision: 0, ups_battery: 0, network_connectivity: 0 } },
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    return new KillRun(world, program, folder, images, seed);
  }

  /** Kills the process so often, and then lets the last update go to its end. */
  async run(kills: number): Promise<void> {
    await this.#orderNext();
    for (let count = 0; count < kills && this.faults.length === 0; count += 1) {
      await this.#live(this.#random() < 0.5 ? 'at a time' : 'at a report');
      await this.#orderNext();
    }
    if (this.faults.length === 0) await this.#live('never');
    if (this.#finalState() === null) this.faults.push('the last update did not end');
  }

  #finalState(): string | null {
    const last = this.world.server.reports.at(-1);
    return this.#job && last?.jobId === this.#job.jobId && FINAL_STATES.has(last.state) ? last.state : null;
  }

  /** Orders the next job when the last one is over: the other image into the other slot, or a recovery. */
  async #orderNext(): Promise<void> {
    const state = this.#finalState();
    if (this.#job && state === null) return;
    // Several events may tell of the same end.
    if (this.#job && state) this.#close(this.#job, state);
    else if (this.ended.length > 0) return;
    const { slot, version } = await this.#whatBoots();
    const order = await this.#recoveryOrder(slot, version);
    if (order !== null) return this.#send(order.job, order.body);
    const next = version === this.images[0].version ? this.images[1] : this.images[0];
    const number = this.ended.length + 1;
    const jobId = `OTA-JOB-${String(number).padStart(5, '0')}`;
    const data = { old: this.#data, new: this.#data };
    const job: Job = { jobId, kind: 'update', from: slot, to: otherSlot(slot), oldVersion: version, newVersion: next.version, data };
    this.#send(job, deployOrder(next, { jobId, targetSlot: job.to }, { speedLimitBytesPerSecond: SPEED_LIMIT }));
  }

  #send(job: Job, body: CommandBody): void {
    this.#job = job;
    const number = this.ended.length + 1;
    this.world.commands.push({ id: `c${number}`, seq: 2 * number - 1, body, when: () => true });
    orderBundle(this.world, number, 2 * number);
  }

  #close(job: Job, state: string): void {
    this.#job = null;
    this.ended.push(`${job.kind} ${state}`);
    this.#data = state === 'confirmed' ? job.data.new : job.data.old;
  }

  /** Every other job is one of recovery, of a kind that is possible now. */
  async #recoveryOrder(slot: SlotId, version: string): Promise<{ job: Job; body: CommandBody } | null> {
    const number = this.ended.length + 1;
    if (number % 2 === 1) return null;
    const jobId = `OTA-JOB-${String(number).padStart(5, '0')}`;
    const snapshotId = `SNP-${String(number).padStart(5, '0')}`;
    const expiresAt = '2100-01-01T00:00:00.000Z';
    const snapshot = { snapshotId, name: jobId, type: 'automatic', compression: 'gzip', expiresAt } as const;
    const base: Job = {
      jobId,
      kind: '',
      from: slot,
      to: slot,
      oldVersion: version,
      newVersion: version,
      data: { old: this.#data, new: this.#data },
    };
    const body = (recovery: RecoveryOperation): CommandBody => ({
      ...{
        name: 'recovery.start',
        jobId,
        attempt: 1,
        strategy: 'seamless',
        reason: 'kill test',
        notBeforeAt: null,
        windowEndsAt: null,
        recovery,
      },
    });
    const listed = [...this.world.server.events.values()].flatMap(({ body: said }) => (said.type === 'snapshots' ? [said] : [])).at(-1);
    for (const one of listed?.snapshots ?? []) {
      if (!this.#kept.has(one.id) && one.bootable)
        this.#kept.set(one.id, { sha256: one.sha256, version: one.version ?? '', data: this.#data });
    }
    const kept = [...this.#kept].at(-1);
    const choice = this.#random();
    if (kept !== undefined && choice < 0.4) {
      const [id, { sha256, version: newVersion, data }] = kept;
      const recovery = {
        operation: 'restore',
        snapshotId: id,
        sha256,
        version: newVersion,
        targetSlot: otherSlot(slot),
        verify: true,
      } as const;
      const job = { ...base, kind: 'restore', to: otherSlot(slot), newVersion, data: { old: this.#data, new: data } };
      return { job, body: body(recovery) };
    }
    const backup = listed?.snapshots.findLast(({ id }) => this.#backups.has(id));
    if (backup !== undefined && choice < 0.6) {
      const recovery = { operation: 'restore_files' as const, snapshotId: backup.id, sha256: backup.sha256, parts: ['data' as const] };
      const data = { old: this.#data, new: this.#backups.get(backup.id) ?? null };
      this.#backups.delete(backup.id);
      return { job: { ...base, kind: 'restored files', data }, body: body(recovery) };
    }
    if (choice < 0.7) {
      this.#backups.set(snapshotId, this.#data);
      const made = { ...snapshot, contents: ['data', 'config'] as ('data' | 'config')[] };
      const recovery = { operation: 'factory_reset', resetType: 'data', backup: made, preserveNetwork: true } as const;
      return { job: { ...base, kind: 'reset', data: { old: this.#data, new: null } }, body: body(recovery) };
    }
    this.#data = `data of ${jobId} `.repeat(200);
    await mkdir(dirname(this.#dataFile()), { recursive: true });
    await writeFile(this.#dataFile(), this.#data);
    const recovery = { operation: 'snapshot', snapshot: { ...snapshot, contents: ['image', 'data'] as ('image' | 'data')[] } } as const;
    return { job: { ...base, kind: 'snapshot', data: { old: this.#data, new: this.#data } }, body: body(recovery) };
  }

  #dataFile(): string {
    return join(this.folder, 'data/gateway/data/crane.json');
  }

  /** While a job runs the folder may be away for the moment between two renames; what is there is the one or the other. */
  async #checkData(job: Job, state: string | null): Promise<void> {
    const found = await readFile(this.#dataFile(), 'utf8').catch(() => null);
    const fits =
      state === null
        ? found === null || found === job.data.old || found === job.data.new
        : found === (state === 'confirmed' ? job.data.new : job.data.old);
    if (!fits) this.faults.push(`${job.jobId} ${job.kind} ${state}: the data are ${found?.slice(0, 60)}`);
    if (job.kind === 'reset' && found === null && job.data.old !== null && state === 'confirmed') {
      const id = `SNP-${job.jobId.slice(-5)}`;
      const backup = await readFile(join(this.folder, `data/snapshots/${id}.tar.gz`)).catch(() => null);
      const record = JSON.parse(await readFile(join(this.folder, `data/snapshots/${id}.json`), 'utf8').catch(() => 'null'));
      if (backup === null || record?.sha256 !== sha256Of(backup)) this.faults.push(`${job.jobId} has wiped without a whole backup`);
    }
  }

  /** What the bootloader would start from this disk; every slot that it might start must be whole. */
  async #whatBoots(): Promise<{ slot: SlotId; version: string }> {
    const env = parseEnvironment(await readFile(join(this.folder, 'boot.env'), 'utf8').catch(() => ''));
    const { slot } = decideBoot(env);
    const candidates = env.upgrade_available === '1' ? ([slot, otherSlot(slot)] as const) : ([slot] as const);
    const versions = await Promise.all(candidates.map(async (id) => this.#versionOf(await readFile(slotFile(this.folder, id)))));
    if (versions.includes(null)) this.faults.push(`a bootable slot is not whole: ${JSON.stringify({ env, versions })}`);
    return { slot, version: versions[0] ?? 'broken' };
  }

  #versionOf(bytes: Uint8Array): string | null {
    const sha256 = sha256Of(bytes);
    return this.images.find((image) => image.sha256 === sha256)?.version ?? null;
  }

  async #checkDisk(): Promise<void> {
    this.faults.push(...(await checkBundles(this.world, this.folder)));
    const { slot, version } = await this.#whatBoots();
    const job = this.#job;
    if (!job) return;
    if (![job.oldVersion, job.newVersion].includes(version)) this.faults.push(`${version} would boot`);
    const state = this.#finalState();
    await this.#checkData(job, state);
    if (state === null) return;
    const expected = state === 'confirmed' ? { slot: job.to, version: job.newVersion } : { slot: job.from, version: job.oldVersion };
    if (slot !== expected.slot || version !== expected.version) {
      this.faults.push(`${job.jobId} is reported as ${state}, but slot ${slot} with ${version} boots`);
    }
  }

  /** One life of the process until it is killed, or the job is over; restarts of the gateway are within it. */
  async #live(kill: Kill): Promise<void> {
    const child: ChildProcess = spawn(process.execPath, [this.program, '--config', join(this.folder, 'config.json')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // It is started hundreds of times, and need not replace itself each time.
      env: { ...process.env, ...LEAN_ENV, NODE_COMPILE_CACHE: join(dirname(this.program), 'compiled') },
    });
    let said = '';
    child.stderr?.on('data', (data) => {
      said = `${said}${data}`.slice(-3000);
    });
    const die = () => child.kill('SIGKILL');
    const timer = kill === 'at a time' ? setTimeout(die, 150 + this.#random() * 850) : undefined;
    const countdown = 1 + Math.floor(this.#random() * 14);
    let heard = 0;
    const over = new Promise<void>((resolve) => {
      this.world.onEvent = () => {
        heard += 1;
        if (kill === 'at a report' && heard === countdown) setTimeout(die, this.#random() * 12);
        if (!this.#finalState()) return;
        if (kill === 'never') resolve();
        else void this.#orderNext();
      };
    });
    const exit = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
      child.once('exit', (status, signal) => resolve({ status, signal }));
    });
    await Promise.race([exit, over]);
    clearTimeout(timer);
    if (kill === 'never') die();
    const { status, signal } = await exit;
    if (signal === null) this.faults.push(`the process ended with ${status}: ${said}`);
    await this.#checkDisk();
    if (kill !== 'never') this.killedIn.push(this.world.server.position.state);
  }
}
