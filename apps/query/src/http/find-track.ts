import type { Catalogue, Track } from '@soundalike/catalogue';
import { SoundalikeError } from '@soundalike/core';

/** The track of an id or own id. @throws SoundalikeError `TRACK_NOT_FOUND` */
export const findTrack = async (catalogue: Catalogue, id: string): Promise<Track> => {
  const track = await catalogue.findTrack(id);
  if (track) return track;
  throw new SoundalikeError('TRACK_NOT_FOUND', `No track has the id "${id}"`, { fields: { trackId: id } });
};
