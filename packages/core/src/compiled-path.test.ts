import { compiledPath } from './compiled-path.ts';

test.each([
  ['file:///p/apps/a/src/map/start.ts', '/p/apps/a/dist/map/main.js'],
  ['file:///p/apps/a/dist/map/start.js', '/p/apps/a/dist/map/main.js'],
  ['file:///usr/src/p/apps/a/dist/start.js', '/usr/src/p/apps/a/dist/main.js'],
  ['file:///home/dist/p%20q/a/src/x/y/start.ts', '/home/dist/p q/a/dist/x/y/main.js'],
])('what %s starts is %s', (moduleUrl, expected) => {
  expect(compiledPath('./main.js', moduleUrl)).toBe(expected);
});
