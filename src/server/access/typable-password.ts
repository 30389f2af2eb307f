import { randomInt } from 'node:crypto';

const CONSONANTS = 'bdfghjkmnprstvz';
const VOWELS = 'aeiou';
const WORDS = 3;

/** A random password that is short enough to type with gloves: three made-up words, 49 bits of chance. */
export function typablePassword(): string {
  const letter = (from: string): string => from[randomInt(from.length)] ?? '';
  const word = (): string => letter(CONSONANTS) + letter(VOWELS) + letter(CONSONANTS) + letter(VOWELS) + letter(CONSONANTS);
  return Array.from({ length: WORDS }, word).join('-');
}
