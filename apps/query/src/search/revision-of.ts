import type { Track } from '@soundalike/catalogue';
import { content8Of } from '@soundalike/core';
import { SAMPLE_RATE, WINDOW_SAMPLES } from '@soundalike/embedder';
import type { Revision } from '@soundalike/store';

/** The revision of a track's vectors that belongs to what the database knows of it. */
export const revisionOf = ({ id, contentId, durationSeconds }: Track): Revision => ({
  trackId: id,
  content8: content8Of(contentId),
  // One for each window of audio and one for the end; a sampled track has fewer.
  clipCount: Math.ceil((durationSeconds * SAMPLE_RATE) / WINDOW_SAMPLES) + 1,
});
