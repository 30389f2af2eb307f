/** Reads a multipart form with one large file: the file goes to disk as it comes, hashed on the way; the parts may have any order. */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { buffer } from 'node:stream/consumers';
import busboy, { type FileInfo } from 'busboy';
import { DomainError } from '#/domain/errors/domain-error';
import type { ReceivedFile } from '../artifacts/artifact-store';
import { getArtifactStore } from '../artifacts/get-store';
import { tooLarge } from '../artifacts/receive-file';
import { getEnv } from '../config/env';
import { safeFileName } from './file-name';

export type MultipartLimits = {
  /** Name of the part that is the file. */
  fileField: string;
  /** Default: UPLOAD_MAX_BYTES. */
  maxFileBytes?: number;
};

export type MultipartForm = {
  fields: Record<string, string>;
  /** Small files beside the large one, such as a detached signature. */
  attachments: Record<string, Buffer>;
  /** Whole and on disk. To be adopted or discarded. */
  file: (ReceivedFile & { fileName: string; mediaType: string }) | null;
  /** Removes the file from where it was received. Always to be called, also after it was adopted. */
  discard(): Promise<void>;
};

const MAX_FIELDS = 50;
/** A text field, or a small file. */
const MAX_FIELD_BYTES = 256 * 1024;
/** Boundaries and part headers beside the contents. */
const FORM_BYTES = MAX_FIELDS * (MAX_FIELD_BYTES + 1024);
/** What a client that was refused may still send before it is cut off: enough to read the answer by then. */
const DRAINED_BYTES = 64 * 1024 * 1024;

/** Throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, VALIDATION_FAILED, INSUFFICIENT_DISK_SPACE; nothing stays behind then. */
export async function receiveMultipart(request: Request, limits: MultipartLimits): Promise<MultipartForm> {
  const body = request.body as NodeReadableStream<Uint8Array> | null;
  const source = body === null ? Readable.from([]) : Readable.fromWeb(body);
  return receiveForm(Object.fromEntries(request.headers), source, limits);
}

/** The same for a request of Node's. */
export async function receiveForm(headers: IncomingHttpHeaders, source: Readable, limits: MultipartLimits): Promise<MultipartForm> {
  const { fileField, maxFileBytes = getEnv().UPLOAD_MAX_BYTES } = limits;
  if (Number(headers['content-length'] ?? 0) > maxFileBytes + FORM_BYTES) throw tooLarge(maxFileBytes);
  const parser = openParser(headers);
  const form: MultipartForm = { fields: {}, attachments: {}, file: null, discard: async () => form.file?.discard() };
  const parts: Promise<void>[] = [];
  let seen = false;
  const fail = (error: unknown): void => {
    parser.destroy(error as Error);
  };

  parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
    if (nameTruncated || valueTruncated) fail(invalid(`The field ${name.slice(0, 50)} is too long.`));
    else setOnce(form.fields, name, value, fail);
  });
  parser.on('file', (name, stream, info) => {
    // It may fail before anybody reads it.
    stream.on('error', () => undefined);
    if (name !== fileField) parts.push(attach(form, name, stream, fail).catch(fail));
    else if (seen) {
      stream.resume();
      fail(invalid(`There may be one part named ${fileField}.`));
    } else {
      seen = true;
      parts.push(keep(form, stream, info, maxFileBytes).catch(fail));
    }
  });
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    parser.on(limit, () => fail(invalid(`There may be at most ${MAX_FIELDS} parts.`)));
  }
  try {
    // The source stays open when the parser fails: its sender is still to be answered.
    await pipeline(source.iterator({ destroyOnReturn: false }), parser);
    await Promise.all(parts);
    return form;
  } catch (error) {
    drain(source);
    await Promise.all(parts);
    await form.discard();
    if (error instanceof DomainError) throw error;
    if (source.errored || source.destroyed) throw invalid('The connection ended before the form was whole.');
    throw isFormFault(error) ? invalid(`The form cannot be read: ${(error as Error).message}.`) : error;
  }
}

function openParser(headers: IncomingHttpHeaders) {
  const type = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) {
    throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send the file as multipart/form-data.', { content_type: type.slice(0, 100) });
  }
  try {
    const limits = { parts: MAX_FIELDS, fields: MAX_FIELDS, files: MAX_FIELDS, fieldNameSize: 100, fieldSize: MAX_FIELD_BYTES };
    return busboy({ headers, limits, defParamCharset: 'utf8' });
  } catch (error) {
    throw invalid(`The form cannot be read: ${(error as Error).message}.`);
  }
}

async function keep(form: MultipartForm, stream: Readable, info: FileInfo, maxBytes: number): Promise<void> {
  const received = await getArtifactStore().receive(stream, { maxBytes });
  form.file = { ...received, fileName: safeFileName(info.filename), mediaType: info.mimeType };
}

async function attach(form: MultipartForm, name: string, stream: Readable, fail: (error: unknown) => void): Promise<void> {
  let bytes = 0;
  const bytesOf = await buffer(
    (async function* () {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > MAX_FIELD_BYTES) throw invalid(`The part ${name.slice(0, 50)} may have at most ${MAX_FIELD_BYTES} bytes.`);
        yield chunk;
      }
    })(),
  );
  setOnce(form.attachments, name, bytesOf, fail);
}

function setOnce<T>(target: Record<string, T>, name: string, value: T, fail: (error: unknown) => void): void {
  if (Object.hasOwn(target, name)) fail(invalid(`The field ${name.slice(0, 50)} is there twice.`));
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Lets a client that was refused send on for a while, so that it comes to read the answer. */
function drain(source: Readable): void {
  if (source.destroyed) return;
  let left = DRAINED_BYTES;
  source.on('error', () => undefined);
  source.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left <= 0) source.destroy();
  });
}

/** What busboy says of a form that breaks off or is none. */
function isFormFault(error: unknown): boolean {
  return /^(Unexpected end of form|Malformed|Multipart|Unexpected end of file)/.test((error as Error).message ?? '');
}

function invalid(message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', message);
}
