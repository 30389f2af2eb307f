/** What an image is refused with. The message is one sentence for people: what is wrong with the image. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';
}
