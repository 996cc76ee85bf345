import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config.ts';

describe('readConfig', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'soundalike-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('without settings everything lies under the XDG data directory', () => {
    const config = readConfig({ HOME: folder }, folder);
    expect(config.home).toBe(join(folder, '.local/share/soundalike'));
    expect(config.databaseUrl).toBe(`sqlite:${join(config.home, 'catalogue.db')}`);
    expect(config.vectorStoreUrl).toBe(`lancedb:${join(config.home, 'vectors')}`);
    expect(config.queueUrl).toBe('database:');
  });

  test('the nearest .soundalike upwards wins over XDG, SOUNDALIKE_HOME over both', () => {
    mkdirSync(join(folder, '.soundalike'));
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    expect(readConfig({}, join(folder, 'a/b')).home).toBe(join(folder, '.soundalike'));
    expect(readConfig({ SOUNDALIKE_HOME: 'data' }, folder).home).toBe(join(folder, 'data'));
  });

  test.each([
    [{ PORT: 'zero' }, 'PORT must be an integer from 0 to 65535, got "zero"'],
    [{ DATABASE_URL: 'mysql://u:secret@h/db' }, 'DATABASE_URL must start with one of'],
    [{ SOUNDALIKE_ROOTS: 'music' }, 'SOUNDALIKE_ROOTS must look like'],
    [{ PROVIDER: 'tpu' }, 'PROVIDER'],
  ])('%j is refused, naming setting and value', (env, message) => {
    expect(() => readConfig(env, folder)).toThrow(message);
  });

  test('passwords do not reach messages', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://u:secret@h/db' }, folder)).not.toThrow('secret');
  });

  test('roots map names to absolute paths; empty values mean defaults', () => {
    const config = readConfig({ SOUNDALIKE_ROOTS: 'music=/mnt/a, live=/mnt/b', PORT: '' }, folder);
    expect(config.roots).toEqual({ music: '/mnt/a', live: '/mnt/b' });
    expect(config.port).toBe(7700);
    expect(Object.isFrozen(config)).toBe(true);
  });
});
