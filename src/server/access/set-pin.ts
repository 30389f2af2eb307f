/** A person's own PIN: setting, changing and looking at its state. */
import { z } from 'zod';
import { pinFault } from '#/domain/access/pin-rules';
import { DomainError } from '#/domain/errors/domain-error';
import { recordAudit } from '../audit/record-audit';
import { getDb } from '../db/client';
import type { Actor } from './actor';
import { confirmPassword } from './confirm-password';
import { hashPin } from './pin-hash';
import { verifyPin } from './verify-pin';

const password = z.string().min(1, 'Enter your password').max(1024);
export const setPinSchema = z.object({ pin: z.string().max(64), password });
export const changePinSchema = setPinSchema.extend({ currentPin: z.string().max(64) });

export type PinStatus = {
  isSet: boolean;
  setAt: Date | null;
  lastUsedAt: Date | null;
  lockedUntil: Date | null;
  disabled: boolean;
  /** Until then a person whose PIN is out of use may set a new one. */
  rebindUntil: Date | null;
};

/** The state of the actor's own PIN. */
export async function pinStatus(actor: Actor): Promise<PinStatus> {
  const user = await getDb().user.findUniqueOrThrow({ where: { id: actor.id } });
  const now = new Date();
  return {
    isSet: user.pinHash !== null,
    setAt: user.pinSetAt,
    lastUsedAt: user.pinLastUsedAt,
    lockedUntil: user.pinLockedUntil !== null && user.pinLockedUntil > now ? user.pinLockedUntil : null,
    disabled: user.pinDisabledAt !== null,
    rebindUntil: user.pinRebindUntil !== null && user.pinRebindUntil > now ? user.pinRebindUntil : null,
  };
}

/** The first PIN, or a new one that an administrator has allowed. Needs the password; VALIDATION_FAILED for a PIN that is too easy. */
export async function setPin(actor: Actor, input: z.infer<typeof setPinSchema>): Promise<void> {
  const { isSet, disabled, rebindUntil } = await pinStatus(actor);
  if (rebindUntil === null && (isSet || disabled)) {
    throw new DomainError('CONFLICT', disabled ? 'Your PIN is out of use.' : 'You have a PIN already.', {}, [
      disabled ? 'Ask an administrator to allow a new one' : 'Change it with the present one, or ask an administrator to allow a new one',
    ]);
  }
  await store(actor, input, !isSet && !disabled);
}

/** A new PIN in place of the present one, which is needed as well. */
export async function changePin(actor: Actor, input: z.infer<typeof changePinSchema>): Promise<void> {
  requireGood(input.pin);
  if (input.pin === input.currentPin) throw badPin('is the present one');
  await confirmPassword(actor, input.password, 'pin.change');
  await verifyPin(actor, input.currentPin, 'pin.change');
  await write(actor, input.pin, false);
}

async function store(actor: Actor, input: z.infer<typeof setPinSchema>, first: boolean): Promise<void> {
  requireGood(input.pin);
  await confirmPassword(actor, input.password, 'pin.set');
  await write(actor, input.pin, first);
}

async function write(actor: Actor, pin: string, first: boolean): Promise<void> {
  const pinHash = await hashPin(pin);
  await getDb().$transaction(async (tx) => {
    await tx.user.update({ where: { id: actor.id }, data: { pinHash, pinSetAt: new Date(), ...FRESH_PIN } });
    await recordAudit(tx, actor, { name: 'pin.set', objectType: 'user', objectId: actor.id, data: { first } });
  });
}

/** The counters of a PIN that is new. */
export const FRESH_PIN = {
  pinAttempts: 0,
  pinAttemptsSinceAt: null,
  pinLockedUntil: null,
  pinWrongInARow: 0,
  pinDisabledAt: null,
  pinRebindUntil: null,
} as const;

function requireGood(pin: string): void {
  const fault = pinFault(pin);
  if (fault !== null) throw badPin(fault);
}

function badPin(fault: string): DomainError {
  return new DomainError('VALIDATION_FAILED', `This PIN cannot be used: it ${fault}.`, { fields: [{ path: 'pin', message: fault }] }, [
    'Choose another PIN',
  ]);
}
