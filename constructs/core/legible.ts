import { isMarker, valueBehind } from './marker';
import { sourceOf } from './value';

/** Markers of texts and of numbers, whole, cut or of another program run. */
const TEXT = /swv[0-9a-f]{9}(?:[0-9a-z]{8}(?:[0-9a-f]{9}vws)?|[0-9a-z]*)/gi;
const NUMBER = /\b6881\d{7}\.\d+/g;

/** A text for people: markers in it become words for what they stand for, as `<a Pulumi Output>`. */
export function legible(text: string): string {
  if (!/swv|6881/i.test(text)) return text;
  return text.replace(TEXT, (found) => inWords(found)).replace(NUMBER, (found) => inWords(found, Number(found)));
}

function inWords(found: string, marker: string | number = found): string {
  return `<${isMarker(marker) ? sourceOf(valueBehind(marker)) : 'known after apply'}>`;
}
