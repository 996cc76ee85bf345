import type { Catalogue } from '@soundalike/catalogue';

/** Runs looked at: those that workers may still be at. */
const LATEST = 50;

/** Ends runs whose items have all ended while nobody waited for them: those of the API, of outside jobs, of a process that was killed. */
export const closeRuns = async (catalogue: Catalogue): Promise<void> => {
  for (const { id, state } of await catalogue.listRuns(LATEST)) {
    if (state === 'running' && !(await catalogue.hasWork(id))) await catalogue.setRunState(id, 'done');
  }
};
