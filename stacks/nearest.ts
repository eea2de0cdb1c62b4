import { distance } from 'fastest-levenshtein';

/** How far a word may be from a known one to be taken for a slip. */
const SLIP = 3;
/** Nobody mistypes a word that long; and the work grows with its square. */
const LONGEST = 64;

/** The known word that somebody meant; undefined where none is near. */
export function nearest(word: string, known: readonly string[], slip = SLIP): string | undefined {
  if (word.length > LONGEST) return undefined;
  const near = known
    .filter((name) => Math.abs(name.length - word.length) <= slip)
    .map((name) => ({ name, far: distance(name, word) }))
    .sort((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= slip ? near.name : undefined;
}
