/** The state of the upload page in the URL: which upload is looked at. */
import { createLoader, parseAsString } from 'nuqs/server';

export const uploadParser = parseAsString;
export const loadUploadPageState = createLoader({ upload: uploadParser });
