/** One connected client: what it may hear, what waits for it, and what happens when it is too slow. */
import type { WebSocket } from 'ws';
import { permittedSites } from '#/domain/access/grants';
import type { Actor } from '../access/actor';
import type { LiveProgress } from '../db/hint';
import { messageId } from './message-id';
import { withId } from './stream-messages';
import type { TailedEvent } from './stream-tail';

/** What the socket may hold, and beyond it what events may wait here. */
export const SLOW_BYTES = 1024 * 1024;
const TRY_AGAIN_LATER = 1013;

export type ProgressItem = { progress: LiveProgress; body: () => string };

export class UpdatesClient {
  /** The newest event that was handed to the socket, or that did not concern this client. */
  position = 0;
  #sites: 'all' | ReadonlySet<string> = new Set();
  #boundGateway: string | null = null;
  #sentSincePosition = 0;
  readonly #events: TailedEvent[] = [];
  #eventBytes = 0;
  readonly #progress = new Map<string, ProgressItem>();
  #waiters: (() => void)[] = [];

  constructor(
    readonly socket: WebSocket,
    actor: Actor,
    /** Narrowed by `gateway_id`. */
    readonly gatewayId: string | null,
  ) {
    this.setActor(actor);
    socket.on('close', () => this.#wakeWaiters());
  }

  /** Rights may change while a client is connected. False when nothing is left to hear. */
  setActor(actor: Actor): boolean {
    const sites = permittedSites(actor.grants, 'gateway.read');
    this.#sites = sites === 'all' ? 'all' : new Set(sites);
    this.#boundGateway = actor.gatewayId;
    return sites === 'all' || sites.length > 0;
  }

  hears(gatewayId: string, siteId: string): boolean {
    if (this.gatewayId !== null && this.gatewayId !== gatewayId) return false;
    if (this.#boundGateway !== null && this.#boundGateway !== gatewayId) return false;
    return this.#sites === 'all' || this.#sites.has(siteId);
  }

  /** What `hears` says, for a query; null: no limit. */
  filter(): { sites: string[] | null; gateways: string[] | null } {
    const gateways = [this.gatewayId, this.#boundGateway].filter((one) => one !== null);
    return { sites: this.#sites === 'all' ? null : [...this.#sites], gateways: gateways.length === 0 ? null : gateways };
  }

  /** Events are never dropped: a client that cannot take them is closed, and asks for them when it comes back. */
  addEvent(event: TailedEvent): void {
    if (event.id <= this.position) return;
    this.#events.push(event);
    this.#eventBytes += event.text.length;
    this.#pump();
    if (this.#eventBytes > SLOW_BYTES) this.socket.close(TRY_AGAIN_LATER, 'too slow: connect again with ?since=');
  }

  /** Progress that waits is replaced by newer progress of the same job. */
  addProgress(item: ProgressItem): void {
    const waiting = this.#progress.get(item.progress.j);
    if (waiting && waiting.progress.q > item.progress.q && waiting.progress.at > item.progress.at) return;
    this.#progress.set(item.progress.j, item);
    this.#pump();
  }

  /** Moves past events that do not concern this client, unless some that do still wait. */
  passTo(eventId: number): void {
    if (this.#events.length === 0) this.#moveTo(eventId);
  }

  sendText(text: string): void {
    this.socket.send(text, this.#sent);
  }

  /** Resolves when nothing waits and the socket has room for more, or when the client has gone. */
  async drained(): Promise<void> {
    while (this.#isOpen() && (this.#events.length > 0 || this.socket.bufferedAmount > SLOW_BYTES / 4)) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  readonly #sent = (): void => {
    this.#pump();
    this.#wakeWaiters();
  };

  #pump(): void {
    while (this.#isOpen() && this.socket.bufferedAmount <= SLOW_BYTES) {
      const event = this.#events.shift();
      if (event) {
        this.#eventBytes -= event.text.length;
        this.#moveTo(event.id);
        this.sendText(event.text);
        continue;
      }
      const [entry] = this.#progress;
      if (!entry) return;
      this.#progress.delete(entry[0]);
      this.#sentSincePosition += 1;
      this.sendText(withId(entry[1].body(), messageId(this.position, this.#sentSincePosition)));
    }
  }

  #moveTo(eventId: number): void {
    if (eventId <= this.position) return;
    this.position = eventId;
    this.#sentSincePosition = 0;
  }

  #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
