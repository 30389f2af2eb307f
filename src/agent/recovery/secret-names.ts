/** How secrets are called in configuration, logs and on command lines. */

/** Spoken of without its prefix: what stands before the word does not matter, and need not be looked at. */
export const SECRET_WORD =
  '(?:(?<!by|com|tres|sur|over|under)pass(?!iv|age|eng|ed|es|ing|band|thr|port)(?:word|wd|phrase|code)?|pwd|secret|token|' +
  '(?:api|access|account|private|signing|encryption|shared|auth|wep|wpa|network)[-_ ]?key(?!_mgmt|-mgmt)|psk|credentials?|community|' +
  'authorization|cookie|session[-_]?id|(?<![a-z])pin(?:code|number)?(?![a-z])|pepper|salt)';

/** A whole name with such a word in it; bounded, so that a long line costs no more than its length. */
export const SECRET_NAME = `[\\w.-]{0,40}${SECRET_WORD}[\\w.-]{0,40}`;

/** No value at all, or one that was taken out already. */
export const NOTHING = /^\\*["']?(?:null|nil|true|false|none|\[redacted\]|)\\*["']?[,;]?$/i;
