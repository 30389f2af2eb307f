import { DomainError } from '#/domain/errors/domain-error';

/** Whether the file system says that it, or its quota, is full. */
export function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function noRoom(folder: string): DomainError {
  return new DomainError('INSUFFICIENT_DISK_SPACE', `There is no room for the image in ${folder}.`, {}, [
    'Free space there, or move the folder with ARTIFACT_FOLDER',
  ]);
}
