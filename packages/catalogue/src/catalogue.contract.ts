import type { Catalogue } from './catalogue.ts';
import { describeComparing } from './comparing.contract.ts';
import { describeHistory } from './history.contract.ts';
import { describeKeys } from './keys.contract.ts';
import { describeLeases } from './leases.contract.ts';
import { describeMonitoring } from './monitoring.contract.ts';
import { describeOwnership } from './ownership.contract.ts';
import { describeScanning } from './scanning.contract.ts';
import { describeSpaces } from './spaces.contract.ts';
import { describeTracks } from './tracks.contract.ts';
import { describeWorking } from './working.contract.ts';

/** What every implementation of the catalogue must do, port by port. `open` gives an empty one, which the parts share in this order. */
export const describeCatalogue = (
  name: string,
  open: () => Promise<Catalogue>,
  close: () => Promise<void> = async () => undefined,
): void => {
  describe(`catalogue: ${name}`, () => {
    let catalogue: Catalogue;
    beforeAll(async () => {
      catalogue = await open();
      process.stderr.write(`catalogue contract runs on ${name} (${catalogue.kind})\n`);
    }, 60_000);
    afterAll(async () => {
      await catalogue?.close();
      await close();
    });

    const get = () => catalogue;
    describeScanning(get);
    describeWorking(get);
    describeLeases(get);
    describeSpaces(get);
    describeTracks(get);
    describeKeys(get);
    describeMonitoring(get);
    describeComparing(get);
    describeOwnership(get);
    describeHistory(get);
  });
};
