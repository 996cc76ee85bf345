/** File name endings that a folder scan takes for audio: what ffmpeg demuxes and people keep music in. Lower case, no dot. */
export const AUDIO_EXTENSIONS: ReadonlySet<string> = new Set(
  `aac ac3 aif aifc aiff alac amr ape au caf dff dsf dts eac3 flac gsm m4a m4b m4r mka mp1 mp2 mp3 mp4 mpc oga ogg opus ra
   rm shn snd spx tak tta voc w64 wav wave webm wma wv`
    .split(/\s+/)
    .filter(Boolean),
);

/** Whether a file of this name may be audio. */
export const isAudioName = (name: string): boolean =>
  AUDIO_EXTENSIONS.has(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
