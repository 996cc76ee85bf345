/**
 * ffmpeg's filter that mixes n channels to one with equal weights. Written out, because `-ac 1` scales differently for
 * float and integer samples (3 dB, measured).
 */
export const downmixFilter = (channels: number): string => {
  if (channels === 1) return 'pan=mono|c0=c0';
  const weight = 1 / channels;
  return `pan=mono|c0=${Array.from({ length: channels }, (_, channel) => `${weight}*c${channel}`).join('+')}`;
};
