/** The artifact store that the environment names: a folder, or an S3 bucket. */
import { getEnv } from '../config/env';
import { artifactFolder } from './artifact-folder';
import type { ArtifactStore, BlobKeeper } from './artifact-store';
import { folderStore } from './folder-store';
import { noteKept } from './note-kept';
import { countAgain, countStored } from './quota';
import { reachingStore } from './reaching-store';
import { receiveFile } from './receive-file';
import { s3Store } from './s3-store';
import { parseStoreAddress } from './store-address';

let made: { address: string; store: ArtifactStore } | null = null;

export function getArtifactStore(): ArtifactStore {
  const url = getEnv().ARTIFACT_STORE_URL;
  const address = url ?? artifactFolder();
  // One client, with its connections, per process.
  if (made?.address !== address) {
    made = { address, store: withReceiving(url === undefined ? folderStore() : reachingStore(s3Store(parseStoreAddress(url)))) };
  }
  return made.store;
}

function withReceiving(keeper: BlobKeeper): ArtifactStore {
  const adopt: BlobKeeper['adopt'] = async (file, blob) => {
    await noteKept(blob.sha256);
    await keeper.adopt(file, blob);
    countStored(blob.sizeBytes);
  };
  const receive: ArtifactStore['receive'] = (source, limits) => receiveFile(keeper, source, limits);
  return {
    ...keeper,
    adopt,
    receive,
    async remove(sha256) {
      await keeper.remove(sha256);
      countAgain();
    },
    async put(source, limits) {
      const file = await receive(source, limits);
      const { sha256, sizeBytes } = file;
      try {
        await adopt(file.path, { sha256, sizeBytes });
        return { sha256, sizeBytes };
      } finally {
        await file.discard();
      }
    },
  };
}
