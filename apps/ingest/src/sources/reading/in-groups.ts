/** Entries handed over in one go, and their files looked at side by side: the event loop is free between. */
export const AT_ONCE = 500;

/** A list in pieces of that many. */
export function* inGroups<T>(list: readonly T[]): Generator<T[]> {
  for (let at = 0; at < list.length; at += AT_ONCE) yield list.slice(at, at + AT_ONCE);
}
