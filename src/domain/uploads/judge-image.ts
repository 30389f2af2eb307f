/** The verdict on an uploaded image, from what was found in it, its signatures and the gateway that it is meant for. Pure. */
import { type ImageFacts, layoutValid } from '../images/image-facts';
import { imageProblems, meetsMinimumHardware } from '../releases/release-fit';

export type JudgedImage = {
  sha256: string;
  facts: ImageFacts;
  /** What the sender says that it is. */
  version: string;
  declaredSha256: string | null;
  minHardware: string | null;
  signature: 'verified' | 'unsigned' | 'invalid';
  /** Why the signature does not hold, for people. */
  signatureReason: string | null;
};
/** Null values: the gateway has not said it. */
export type JudgedGateway = {
  activeVersion: string | null;
  hardwareRevision: string;
  bootloader: string | null;
  /** Of the inactive slot. */
  slotBytes: number | null;
};
export type ImageJudgement = {
  /** The first reason against it, one sentence; null: verified. */
  error: string | null;
  compatibility: 'compatible' | 'incompatible' | 'unknown';
  signatureValid: boolean | null;
  checksumValid: boolean | null;
  layoutValid: boolean | null;
  bootloaderCompatible: boolean | null;
  hardwareCompatible: boolean | null;
  sizeAdequate: boolean | null;
};

export function judgeImage(image: JudgedImage, gateway: JudgedGateway | null): ImageJudgement {
  const { facts } = image;
  const checksumValid = image.declaredSha256 === null ? null : image.declaredSha256 === image.sha256;
  const signatureValid = image.signature === 'unsigned' ? null : image.signature === 'verified';
  const layout = layoutValid(facts);
  const hardware = gateway === null ? null : hardwareFits(image, gateway);
  const bootloader = gateway === null ? null : bootloaderFits(facts.bootloader, gateway.bootloader);
  const size = gateway === null || gateway.slotBytes === null ? null : facts.contentSizeBytes <= gateway.slotBytes;
  const demands = { hardware: null, minimumHardware: null, fromVersion: facts.fromVersion };
  const fromVersion = gateway === null ? [] : imageProblems(demands, gateway);
  const faults = [
    checksumValid === false ? 'The file is not the one whose checksum was given.' : null,
    signatureValid === false ? `The signature does not hold: ${image.signatureReason ?? 'it is not valid'}` : null,
    facts.version !== null && facts.version !== image.version ? `The image says that it is ${facts.version}, not ${image.version}.` : null,
    layout === false ? `The partition table is not valid: ${facts.partitionTable?.faults[0] ?? 'it cannot be read'}` : null,
    hardware === false ? `The image does not fit hardware ${gateway?.hardwareRevision ?? ''}.` : null,
    bootloader === false ? `The image needs bootloader ${facts.bootloader}; the gateway has ${gateway?.bootloader}.` : null,
    size === false ? `The image has ${facts.contentSizeBytes} bytes; the partition takes ${gateway?.slotBytes}.` : null,
    fromVersion[0] === undefined ? null : `It cannot be installed here: ${fromVersion[0]}.`,
  ];
  const against = [hardware, bootloader, size].includes(false) || fromVersion.length > 0;
  return {
    error: faults.find((fault) => fault !== null) ?? null,
    compatibility: against ? 'incompatible' : hardware === true ? 'compatible' : 'unknown',
    signatureValid,
    checksumValid,
    layoutValid: layout,
    bootloaderCompatible: bootloader,
    hardwareCompatible: hardware,
    sizeAdequate: size,
  };
}

/** Null: neither the image nor its sender says what it is for, or it cannot be compared. */
function hardwareFits({ facts, minHardware }: JudgedImage, { hardwareRevision }: JudgedGateway): boolean | null {
  const minimums = [facts.minimumHardware, minHardware].filter((one) => one !== null);
  const answers = [
    ...(facts.hardware === null || facts.hardware.length === 0 ? [] : [facts.hardware.includes(hardwareRevision)]),
    ...minimums.map((minimum) => meetsMinimumHardware(hardwareRevision, minimum)),
  ];
  if (answers.includes(false)) return false;
  return answers.length > 0 && !answers.includes(null) ? true : null;
}

/** Whether the gateway's bootloader is of the same kind and not older; null when either does not say enough. */
export function bootloaderFits(needed: string | null, present: string | null): boolean | null {
  const [least, mine] = [bootloaderOf(needed), bootloaderOf(present)];
  if (least === null || mine === null) return null;
  if (least.kind !== '' && mine.kind !== '' && least.kind !== mine.kind) return false;
  for (let index = 0; index < Math.max(least.numbers.length, mine.numbers.length); index += 1) {
    const difference = (mine.numbers[index] ?? 0) - (least.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** "U-Boot 2024.01" is of kind "u-boot", version 2024.1. */
function bootloaderOf(text: string | null): { kind: string; numbers: number[] } | null {
  const match = /^(.*?)\s*v?(\d{1,6}(?:\.\d{1,6}){0,3})/i.exec((text ?? '').trim());
  if (!match) return null;
  return { kind: (match[1] ?? '').toLowerCase(), numbers: (match[2] ?? '').split('.').map(Number) };
}
