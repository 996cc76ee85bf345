import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openCatalogue } from '@soundalike/catalogue';
import { temporaryFolder } from '@soundalike/testing';
import { cli } from './server-path.fixture.ts';

const home = temporaryFolder('start-checks');
const music = join(home, 'music');
const env = { SOUNDALIKE_HOME: home, MODEL: 'untrained', EMBED_PROCESSES: '1' };
const TAKERS = [['worker'], ['serve', '--port', '0'], ['ingest', music]];

beforeAll(() => mkdirSync(music));

test.each(TAKERS)(
  '%s refuses embedded data that another host works on',
  async (...verb) => {
    const catalogue = await openCatalogue(`sqlite:${join(home, 'catalogue.db')}`);
    const claim = { name: 'embedded-host', holder: 'elsewhere', leaseMs: 600_000 };
    await catalogue.acquireLease(claim);
    try {
      const { code, document } = await cli(verb, env);
      expect({ code, error: document.error.code }).toEqual({ code: 7, error: 'CONFIG_INVALID' });
      expect(document.error.message).toMatch(/Another host works on this embedded database/);
    } finally {
      await catalogue.releaseNamedLease(claim);
      await catalogue.close();
    }
  },
  60_000,
);

test.each(TAKERS)(
  '%s refuses a provider that cannot run here',
  async (...verb) => {
    const { code, document } = await cli(verb, { ...env, PROVIDER: 'cuda' });
    expect(document.error.code).toBe('PROVIDER_UNAVAILABLE');
    expect(code).not.toBe(0);
  },
  60_000,
);
