/** What the resumable protocol (tus) writes to: a file of this machine, and its row. */
import type { Readable } from 'node:stream';
import { DataStore, ERRORS, Upload } from '@tus/server';
import { DomainError } from '#/domain/errors/domain-error';
import { systemActor } from '../access/actor';
import { getDb } from '../db/client';
import { expiresAt } from './begin-upload';
import { endUpload } from './end-upload';
import { createUploadFile, uploadedBytes, writeUpload } from './upload-file';

const FINISHED = new Set(['checking', 'verified', 'rejected']);

export class UploadDataStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination'];

  /** The row is there already (begin-upload.ts). */
  override async create(upload: Upload): Promise<Upload> {
    try {
      await createUploadFile(upload.id);
    } catch (error) {
      await endUpload(systemActor('uploads'), upload.id, 'aborted', 'It could not be begun: the disk is full or cannot be written.');
      throw error;
    }
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const row = await getDb().upload.findUnique({ where: { id } });
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    const { state, artifactSha256, createdAt } = row;
    const size = Number(row.sizeBytes);
    const whole = FINISHED.has(state) && artifactSha256 !== null;
    const offset = whole ? size : await uploadedBytes(id);
    if (offset === null || !(whole || state === 'receiving')) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return new Upload({ id, size, offset, creation_date: createdAt.toISOString(), metadata: { filename: row.fileName } });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const touch = (at: number) =>
      getDb().upload.updateMany({
        where: { id, state: 'receiving' },
        data: { offsetBytes: at, touchedAt: new Date(), expiresAt: expiresAt() },
      });
    try {
      return await writeUpload(id, offset, stream, touch);
    } catch (error) {
      // What lies there keeps the disk full.
      if (error instanceof DomainError && error.code === 'INSUFFICIENT_DISK_SPACE') {
        await endUpload(systemActor('uploads'), id, 'aborted', error.message);
      }
      throw error;
    }
  }

  override async remove(id: string): Promise<void> {
    const ended = await endUpload(systemActor('uploads'), id, 'aborted', 'Its sender gave it up.');
    if (!ended) throw ERRORS.INVALID_TERMINATION;
  }
}
