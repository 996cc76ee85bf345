import { join } from 'node:path';
import { findFfmpeg } from '@soundalike/source';
import { temporaryFolder } from '@soundalike/testing';
import { type CliRun, cli, cutMp3, SAMPLES, startEmbedderService } from './server-path.fixture.ts';
import { installModel } from './verbs/index/install-model.fixture.ts';

const SONGS = ['Clavier Hallam/02 Lesser Gigue.opus', 'Basswerk 9/01 Substation.opus'];

const services: CliRun[] = [];
afterAll(() => Promise.all(services.map((service) => service.kill())));

test('from one model to another with embedding services of both: each is asked for its own, and a lack is named', async () => {
  const home = temporaryFolder('two-embedders');
  const music = temporaryFolder('two-embedders-music');
  const base = { SOUNDALIKE_HOME: home, EMBED_PROCESSES: '1' };
  const ffmpeg = await findFfmpeg();
  for (const [at, song] of SONGS.entries())
    cutMp3(ffmpeg, join(SAMPLES, 'catalogue', song), 3, 7, join(music, `${at}.mp3`));
  await installModel(home, 'other', 42);
  const [blue, green] = await Promise.all(
    ['untrained', 'other'].map((MODEL) => startEmbedderService({ ...base, MODEL })),
  );
  if (!blue || !green) throw new Error('no services');
  services.push(blue, green);
  const onlyBlue = { ...base, EMBEDDER_URL: blue.url };
  const both = { ...base, EMBEDDER_URL: `${blue.url},${green.url}` };
  const isMismatch = (message = expect.stringMatching(/model untrained.*needed is model other/)) => ({
    code: 7,
    document: { error: { code: 'SPACE_MISMATCH', message } },
  });

  expect(await cli(['ingest', music], { ...onlyBlue, MODEL: 'untrained' })).toMatchObject({
    code: 0,
    document: { indexed: 2 },
  });
  expect(await cli(['model', 'use', 'other'], onlyBlue)).toMatchObject(isMismatch());
  expect((await cli(['index', 'list'], base)).document).toHaveLength(1);

  expect(await cli(['model', 'use', 'other'], both)).toMatchObject({ code: 0, document: { indexed: 2 } });
  expect(await cli(['index', 'promote'], onlyBlue)).toMatchObject(isMismatch());
  expect((await cli(['index', 'promote'], both)).code).toBe(0);

  const sample = join(music, '1.mp3');
  const found = await cli(['similar', sample], both);
  expect(found.document.results[0]).toMatchObject({ title: '1', verdict: 'same-recording' });
  for (const verb of [['similar', sample], ['worker'], ['ingest', music]])
    expect(await cli(verb, onlyBlue)).toMatchObject(isMismatch());
}, 180_000);
