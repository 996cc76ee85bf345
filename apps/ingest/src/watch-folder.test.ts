import { commonFolder } from './watch-folder.ts';

test.each([
  [['/m/a/b', '/m/a/c'], '/m/a'],
  [['/m/a/b'], '/m/a/b'],
  [['/m', '/m/a'], '/m'],
  [['/m/a', '/n'], '/m'],
  [['/m/ab', '/m/a'], '/m'],
])('changes in %j are looked for in %s', (folders, expected) => {
  expect(commonFolder('/m', folders)).toBe(expected);
});
