import { listSettings } from './settings.ts';

describe('listSettings', () => {
  test('describes every setting, once, with what it may be', () => {
    const settings = listSettings();
    const names = settings.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { about, allowed } of settings) {
      expect(about).toMatch(/\.$/);
      expect(allowed).not.toBe('');
    }
    const byName = Object.fromEntries(settings.map((setting) => [setting.name, setting]));
    expect(byName.PORT).toMatchObject({ allowed: 'integer from 0 to 65535', fallback: '`7700`' });
    expect(byName.PROVIDER?.allowed).toBe('`auto`, `cpu`, `cuda`, `webgpu`');
    expect(byName.DATABASE_URL).toMatchObject({ fallback: '`sqlite:<home>/catalogue.db`' });
  });
});
