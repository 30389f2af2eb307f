import { randomInt } from 'node:crypto';

/** Without I, L, O and U, so that people can read an id aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export type PublicIdPrefix = 'OTA-JOB' | 'OTA-INST' | 'OVR' | 'OTA-DEP' | 'OTA-RBK' | 'OTA-RST' | 'OTA-FAC' | 'SNP' | 'DBG';

/** A public id such as OTA-JOB-8821X4; 32^6 values, a collision is caught by the primary key. */
export function newPublicId(prefix: PublicIdPrefix): string {
  const text = Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${prefix}-${text}`;
}
