/** Files that a command is given: read whole, with an error that names them. */
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { SIGNATURE_KINDS, type SignatureKind, type SignedDocument } from '#/protocol/trust/keyring';
import { reasonOf } from './connect';
import { CliError, EXIT } from './exit-codes';

/** Options of a command that takes a signature. */
export type Signed = { signature: string; kind: SignatureKind };

export const signatureKind = () => new Option('--kind <kind>', 'what the signature is').choices(SIGNATURE_KINDS).default('gpg');

export async function readBytes(file: string): Promise<Buffer> {
  return readFile(file).catch((error: Error) => {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${reasonOf(error)}.`, 'FILE_UNREADABLE');
  });
}

export const readText = async (file: string): Promise<string> => (await readBytes(file)).toString('utf8');

/** A text that was signed elsewhere, and its signature. */
export async function readSigned(document: string, { signature, kind }: Signed): Promise<SignedDocument> {
  return { text: await readText(document), signature: { kind, body: (await readBytes(signature)).toString('base64') } };
}
