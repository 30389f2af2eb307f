/** A structure inside an image does not hold together. Never leaves the room: the fact is then unknown, or the image refused. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}
