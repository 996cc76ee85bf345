/** A longer line is cut, characters: a file without line ends takes no more memory than that. */
export const MAX_LINE = 1_000_000;

export const LINE_END = /\r\n|\n|\r/;

/**
 * The lines of a text as its pieces arrive, in groups: handed over one by one, a million of them cost seconds. Nothing but line feeds and carriage
 * returns ends a line, as in JSONL and CSV; `node:readline` also takes U+2028, which JSON allows within a text. A cut line is longer than
 * {@link MAX_LINE}.
 */
export async function* splitLines(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = '';
  let isTorn = false;
  for await (const piece of text) {
    // CR and LF of one line end may come in two pieces.
    const more = isTorn && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (piece !== '') isTorn = piece.endsWith('\r');
    const lines = LINE_END.test(more) ? (rest + more).split(LINE_END) : [rest + more];
    rest = lines.pop() as string;
    if (rest.length > MAX_LINE) rest = rest.slice(0, MAX_LINE + 1);
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}

/** What is said of a line that was cut. */
export const TOO_LONG = `is longer than ${MAX_LINE.toLocaleString('en')} characters`;
