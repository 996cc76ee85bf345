import { PassThrough } from 'node:stream';
import { SoundalikeError } from '@soundalike/core';
import { createOutput } from './output.ts';

const NAME = 'a\u001b[2J\u009b31m\r\tb.mp3';

const open = (isTTY = false) => {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const output = createOutput({ stdout, stderr });
  return { output, read: () => `${stdout.read() ?? ''}${stderr.read() ?? ''}` };
};

test.each([true, false])(
  'control characters of a name are shown and obeyed by no terminal, now (%s) or after a pipe',
  (isTTY) => {
    const { output, read } = open(isTTY);
    output.print(NAME);
    output.note(NAME);
    output.error(new SoundalikeError('SOURCE_NOT_FOUND', NAME));
    const text = read();
    expect(text).not.toMatch(/[^\P{Cc}\t\n]/u);
    expect(text.split('a\\x1b[2J\\x9b31m\\x0d\tb.mp3')).toHaveLength(4);
  },
);

test('what programs read is as it is in a pipe, shown on a terminal, and there with --json, too', () => {
  for (const json of [true, false]) {
    const { output, read } = open();
    output.json = json;
    output.data('a\u001b,b\r\nc');
    expect(read()).toBe('a\u001b,b\r\nc\n');
  }
  const { output, read } = open(true);
  output.data('a\u001b,b\r\nc');
  expect(read()).toBe('a\\x1b,b\nc\n');
});

test('what is drawn on purpose stays, and names in documents', () => {
  const { output, read } = open(true);
  output.draw('\r\u001b[K');
  expect(read()).toBe('\r\u001b[K');
  output.json = true;
  output.document({ path: NAME });
  expect(JSON.parse(read())).toEqual({ path: NAME });
});

test('nothing shows the password of a link', () => {
  const link = 'http://user:secret@host/a.mp3';
  const { output, read } = open();
  output.print(link);
  output.note(link);
  output.data(link);
  output.error(new SoundalikeError('SOURCE_NOT_FOUND', `${link} is not there`));
  output.json = true;
  output.document({ path: link });
  const text = read();
  expect(text).not.toContain('secret');
  expect(text.split('http://user:***@host/a.mp3')).toHaveLength(6);
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
