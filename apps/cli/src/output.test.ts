import { PassThrough } from 'node:stream';
import { SoundalikeError } from '@soundalike/core';
import { createOutput } from './output.ts';

const NAME = 'a\u001b[2J\u009b31m\r\tb.mp3';

const written = (isTTY: boolean) => {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const output = createOutput({ stdout, stderr });
  output.print(NAME);
  output.note(NAME);
  output.error(new SoundalikeError('SOURCE_NOT_FOUND', NAME));
  return `${stdout.read()}${stderr.read()}`;
};

test('a terminal is shown the control characters of a name, and does not obey them', () => {
  const text = written(true);
  expect(text).not.toMatch(/[^\P{Cc}\t\n]/u);
  expect(text.split('a\\x1b[2J\\x9b31m\\x0d\tb.mp3')).toHaveLength(4);
});

test('a file or pipe gets names as they are', () => {
  expect(written(false).split(NAME)).toHaveLength(4);
});

test('lists of numbers take one line each in a document, and say the same', () => {
  const value = {
    peaks: [0, 0.25, -1e-7],
    empty: [],
    texts: ['[\n  1\n]', '2'],
    rows: [{ at: [1] }, { at: [2, 3] }],
  };
  const stdout = new PassThrough();
  const output = createOutput({ stdout, stderr: new PassThrough() });
  output.json = true;
  output.document(value);
  const text = String(stdout.read());
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toContain('"peaks": [0, 0.25, -1e-7],');
  expect(text).toContain('"at": [2, 3]');
});
