import { type Filter, type Range, SoundalikeError } from '@soundalike/core';

const TEXT_FIELDS = ['artist', 'album', 'genre'] as const;
const RANGE_FIELDS = ['year', 'duration'] as const;

/**
 * Filters as given on the command line, each `field=value`; repeated text fields and tags mean "any of".
 * `tag=calm` any, `tag=+live` must have, `tag=-live` must not have; `year=1990..1999`, `year=1990..`, `duration=..240` (s).
 *
 * @throws SoundalikeError `INPUT_INVALID` naming what was wrong and what is possible
 */
export const parseFilter = (terms: readonly string[]): Filter | undefined => {
  if (terms.length === 0) return undefined;
  const text: Record<string, string[]> = {};
  const ranges: Record<string, Range> = {};
  const tags: { any: string[]; all: string[]; none: string[] } = { any: [], all: [], none: [] };
  for (const term of terms) {
    const at = term.indexOf('=');
    const [field, value] = at < 0 ? [term, ''] : [term.slice(0, at), term.slice(at + 1)];
    if (at < 0 || value === '') throw invalid(term, 'it must look like field=value');
    if (isOneOf(TEXT_FIELDS, field)) text[field] = [...(text[field] ?? []), value];
    else if (isOneOf(RANGE_FIELDS, field)) ranges[field] = parseRange(term, value);
    else if (field === 'tag' || field === 'tags') addTag(tags, value);
    else throw invalid(term, `the fields are ${[...TEXT_FIELDS, 'tag', ...RANGE_FIELDS].join(', ')}`);
  }
  const usedTags = Object.fromEntries(Object.entries(tags).filter(([, values]) => values.length > 0));
  return { ...text, ...ranges, ...(Object.keys(usedTags).length > 0 ? { tags: usedTags } : {}) };
};

const addTag = (tags: { any: string[]; all: string[]; none: string[] }, value: string) => {
  if (value.startsWith('+')) tags.all.push(value.slice(1));
  else if (value.startsWith('-')) tags.none.push(value.slice(1));
  else tags.any.push(value);
};

const parseRange = (term: string, value: string): Range => {
  const match = /^(\d+(?:\.\d+)?)?(\.\.)?(\d+(?:\.\d+)?)?$/.exec(value);
  const [, from = '', dots, to = ''] = match ?? [];
  if (!match || (from === '' && to === ''))
    throw invalid(term, 'a range looks like 1990..1999, 1990.., ..1999 or 1990');
  if (!dots) return { from: Number(from), to: Number(from) };
  return { ...(from === '' ? {} : { from: Number(from) }), ...(to === '' ? {} : { to: Number(to) }) };
};

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name);

const invalid = (term: string, reason: string) =>
  new SoundalikeError('INPUT_INVALID', `--filter "${term}": ${reason}`);
