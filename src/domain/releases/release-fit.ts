/** What speaks against a release on a gateway: hardware, prerequisites, and what the image itself asks for. */
import { meetsPrerequisite } from './version';

export type FittingRelease = { version: string; hardware: string[]; prerequisites: string[] };
/** Of the image (Artifact.facts); null: it does not say. */
export type ImageDemands = { hardware: string[] | null; minimumHardware: string | null; fromVersion: string | null };
export type FittedGateway = { activeVersion: string | null; hardwareRevision: string };

/** In words for people; empty when it fits. */
export function problemsOf(release: FittingRelease, gateway: FittedGateway, image: ImageDemands | null = null): string[] {
  const problems: string[] = [];
  if (release.hardware.length > 0 && !release.hardware.includes(gateway.hardwareRevision))
    problems.push(`made for hardware ${release.hardware.join(', ')}; this gateway is ${gateway.hardwareRevision}`);
  const missing = release.prerequisites.filter((wanted) => !isMet(gateway.activeVersion, wanted));
  if (missing.length > 0)
    problems.push(`needs ${missing.join(', ')} first; this gateway runs ${gateway.activeVersion ?? 'an unknown version'}`);
  if (image !== null) problems.push(...imageProblems(image, gateway));
  return problems;
}

/** What the image itself asks for and the gateway does not have. */
export function imageProblems(image: ImageDemands, gateway: FittedGateway): string[] {
  const problems: string[] = [];
  if (image.hardware !== null && image.hardware.length > 0 && !image.hardware.includes(gateway.hardwareRevision))
    problems.push(`the image is for hardware ${image.hardware.join(', ')}; this gateway is ${gateway.hardwareRevision}`);
  if (image.minimumHardware !== null) {
    const meets = meetsMinimumHardware(gateway.hardwareRevision, image.minimumHardware);
    if (meets === false)
      problems.push(`the image needs hardware ${image.minimumHardware} or newer; this gateway is ${gateway.hardwareRevision}`);
    if (meets === null)
      problems.push(
        `the image needs hardware ${image.minimumHardware} or newer, which cannot be compared with ${gateway.hardwareRevision}`,
      );
  }
  if (image.fromVersion !== null && !isMet(gateway.activeVersion, `${image.fromVersion.replace(/\+$/, '')}+`))
    problems.push(
      `the image installs over ${image.fromVersion} or newer; this gateway runs ${gateway.activeVersion ?? 'an unknown version'}`,
    );
  return problems;
}

/**
 * Whether a hardware revision is the minimum or newer. Revisions of one family differ in their last letter or number only
 * ("rev-b" and "rev-d", "HW 2.1" and "HW 2.10"); null: these two cannot be compared.
 */
export function meetsMinimumHardware(revision: string, minimum: string): boolean | null {
  const [mine, least] = [revision.trim().toLowerCase(), minimum.trim().toLowerCase()];
  if (mine === least) return true;
  const [a, b] = [lastPart(mine), lastPart(least)];
  if (a === null || b === null || a.stem !== b.stem) return null;
  if (a.number !== null && b.number !== null) return a.number >= b.number;
  return a.number === null && b.number === null ? a.letter >= b.letter : null;
}

function lastPart(text: string): { stem: string; letter: string; number: number | null } | null {
  const match = /^(.*?)(?:(\d{1,9})|(?<![a-z])([a-z]))$/.exec(text);
  if (!match) return null;
  const [, stem = '', digits, letter = ''] = match;
  return { stem, letter, number: digits === undefined ? null : Number(digits) };
}

/** A version that is none satisfies nothing. */
function isMet(version: string | null, wanted: string): boolean {
  if (version === null) return false;
  try {
    return meetsPrerequisite(version, wanted);
  } catch {
    return false;
  }
}
