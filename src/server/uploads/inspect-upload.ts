/** Looks into an image that has come. The place where what it is, and whose signature it bears, is found out. */

/**
 * Called once an upload is `checking`; moves it to `verified` or `rejected`. Called again for one that stayed `checking`
 * for long, because the program ended meanwhile: so it has to be idempotent.
 */
export async function inspectUpload(_uploadId: string): Promise<void> {}
