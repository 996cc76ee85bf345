import { Readable } from 'node:stream';
import { MAX_LINE, splitLines } from './split-lines.ts';

const linesOf = async (pieces: Iterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const lines of splitLines(Readable.from(pieces))) all.push(...lines);
  return all;
};

test('lines are the same wherever the text is torn', async () => {
  const text = 'one\r\ntwo\n\nthree\rfour\r\n\r\n"a\u2028b"\r';
  const whole = await linesOf([text]);
  expect(whole).toEqual(['one', 'two', '', 'three', 'four', '', '"a\u2028b"']);
  for (let at = 0; at <= text.length; at++)
    expect(await linesOf([text.slice(0, at), text.slice(at)])).toEqual(whole);
  expect(await linesOf(text)).toEqual(whole);
});

test('a last line needs no end, and an empty text has no line', async () => {
  expect(await linesOf(['a\nb'])).toEqual(['a', 'b']);
  expect(await linesOf([])).toEqual([]);
});

test('a line that never ends is cut; the next one is whole', async () => {
  const piece = 'x'.repeat(64 * 1024);
  const pieces = function* () {
    for (let i = 0; i < 2_000; i++) yield piece;
    yield '\nnext\n';
  };
  const [long, next] = await linesOf(pieces());
  expect(long?.length).toBeGreaterThan(MAX_LINE);
  expect(long?.length).toBeLessThan(MAX_LINE + 2 * piece.length);
  expect(next).toBe('next');
});
