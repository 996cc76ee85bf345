import { redactUrl } from './redact-url.ts';

test.each([
  ['redis://:pw@h:1', 'redis://:***@h:1'],
  ['http://user:p@ss:w@host/f/3.mp3', 'http://user:***@host/f/3.mp3'],
  ['both http://a:b@c/ and "https://d:e@f/"', 'both http://a:***@c/ and "https://d:***@f/"'],
  [
    '/v1/ingest/items?q=http%3A%2F%2Fuser%3Ap%40ss%40host%2Fa%40b.mp3&limit=2',
    '/v1/ingest/items?q=http%3A%2F%2Fuser%3A***%40host%2Fa%40b.mp3&limit=2',
  ],
  [
    'https://b.s3.amazonaws.com/a.mp3?X-Amz-Credential=AKIA%2F2026&X-Amz-Date=2&x-amz-signature=0a&X-Amz-Security-Token=F==#x',
    'https://b.s3.amazonaws.com/a.mp3?X-Amz-Credential=***&X-Amz-Date=2&x-amz-signature=***&X-Amz-Security-Token=***#x',
  ],
])('%s is shown without its secrets', (text, shown) => {
  expect(redactUrl(text)).toBe(shown);
  expect(redactUrl(shown)).toBe(shown);
});

test.each([
  'http://host:8080/a@b.mp3',
  'http://[::1]:80/a:b@c',
  '{"url":"http://host:80","mail":"a@b"}',
  'music//a:b/c@d.mp3',
  '?q=http%3A%2F%2Fhost%3A80%2Fa%40b.mp3&r=c%40d',
])('%s has none', (text) => {
  expect(redactUrl(text)).toBe(text);
});

test('what was JSON is JSON still', () => {
  const link = 'see "https://b/x?a=1&X-Amz-Signature=abc" and "http://u:p@h/x"';
  const nested = JSON.stringify({ text: link, again: JSON.stringify({ link }) });
  const shown = JSON.parse(redactUrl(redactUrl(nested))) as { text: string; again: string };
  expect(shown.text).toBe('see "https://b/x?a=1&X-Amz-Signature=***" and "http://u:***@h/x"');
  expect(JSON.parse(shown.again)).toEqual({ link: shown.text });
});
