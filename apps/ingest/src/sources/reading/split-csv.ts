/** Lines one record may span before its quote counts as never closed. */
const MAX_LINES = 50;

/** The text of one record, or its first line where a quote in it is never closed: what follows that line are records again. */
export interface CsvText {
  readonly text: string;
  readonly isOpen: boolean;
}

/**
 * Cuts lines into records of CSV, so that a forgotten quote costs the row it is in and not the file: parsers take all that follows for one
 * field. A quote opens a field only at its start and closes it only at its end, as csv-parse's `relax_quotes` has it. Empty lines are left out.
 * Lines come and records go in groups.
 */
export async function* splitCsv(
  groups: AsyncIterable<readonly string[]>,
  delimiter: string,
): AsyncGenerator<CsvText[]> {
  const open: string[] = [];
  for await (const lines of groups) {
    const records: CsvText[] = [];
    for (const line of lines) {
      if (open.length === 0 && line.trim() === '') continue;
      open.push(line);
      records.push(...takeRecords(open, delimiter, false));
    }
    yield records;
  }
  yield [...takeRecords(open, delimiter, true)];
}

/** Takes from the front of `lines` every record known to be whole, and the first line of one that has become too long. */
function* takeRecords(lines: string[], delimiter: string, isEnd: boolean): Generator<CsvText> {
  while (lines.length > 0) {
    const length = wholeLines(lines, delimiter);
    if (length > 0) {
      yield { text: lines.splice(0, length).join('\n'), isOpen: false };
    } else if (length < 0 || isEnd || lines.length >= MAX_LINES) {
      yield { text: lines.shift() as string, isOpen: true };
    } else return;
    while (lines[0]?.trim() === '') lines.shift();
  }
}

/** How many of the lines make up the first record; 0 while its quote is open, -1 where a later line shows that it should have been closed. */
const wholeLines = (lines: readonly string[], delimiter: string): number => {
  let state: State = 'outside';
  for (const [index, line] of lines.entries()) {
    state = stateAfter(line, delimiter, state);
    if (state === 'broken') return index === 0 ? 1 : -1; // a broken single line is the parser's to refuse
    if (state === 'outside') return index + 1;
  }
  return 0;
};

/** Where a line ends: outside of quotes, inside a field that goes on, or after a quote in a quoted field that neither ends nor doubles it. */
type State = 'outside' | 'inside' | 'broken';

const stateAfter = (line: string, delimiter: string, before: State): State => {
  if (before === 'outside' && !line.includes('"')) return 'outside';
  let at = 0;
  let isInside = before === 'inside';
  while (true) {
    if (!isInside) {
      while (line[at] === ' ') at += 1;
      isInside = line[at] === '"';
      if (isInside) at += 1;
    }
    if (isInside) {
      const end = closingQuote(line, at);
      if (end < 0) return 'inside';
      at = end + 1;
      while (line[at] === ' ') at += 1;
      if (at < line.length && !line.startsWith(delimiter, at)) return 'broken';
      isInside = false;
    }
    const next = line.indexOf(delimiter, at);
    if (next < 0) return 'outside';
    at = next + delimiter.length;
  }
};

/** The first quote from there that is not one of a pair; -1 without one. */
const closingQuote = (line: string, from: number): number => {
  let at = line.indexOf('"', from);
  while (at >= 0 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at;
};
