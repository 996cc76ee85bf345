import { join, relative, sep } from 'node:path';

/** The deepest folder, at or below `top`, that holds all of these. */
export const commonFolder = (top: string, folders: readonly string[]): string => {
  const parts = folders.map((folder) => relative(top, folder).split(sep).filter(Boolean));
  const [first = []] = parts;
  const shared: string[] = [];
  for (const [i, part] of first.entries()) {
    if (part === '..' || !parts.every((other) => other[i] === part)) break;
    shared.push(part);
  }
  return join(top, ...shared);
};
