import { Time } from './time';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)/;

/** A sentence of the server; each instant in it is shown as every other one on the page. */
export function TimedText({ text, zone }: { text: string; zone: string }) {
  return text.split(INSTANT).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
    index % 2 === 1 ? <Time key={index} at={part} zone={zone} withDate /> : part,
  );
}
