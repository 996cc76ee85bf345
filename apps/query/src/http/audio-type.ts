import { extname } from 'node:path';

/** Media types by ending; browsers play by them. What is not here is offered as plain bytes. */
const TYPES: Readonly<Record<string, string>> = {
  '.aac': 'audio/aac',
  '.ac3': 'audio/ac3',
  '.aif': 'audio/aiff',
  '.aiff': 'audio/aiff',
  '.amr': 'audio/amr',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.m4b': 'audio/mp4',
  '.mka': 'audio/x-matroska',
  '.mp1': 'audio/mpeg',
  '.mp2': 'audio/mpeg',
  '.mp3': 'audio/mpeg',
  '.mp4': 'audio/mp4',
  '.oga': 'audio/ogg',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.wav': 'audio/wav',
  '.webm': 'audio/webm',
  '.wma': 'audio/x-ms-wma',
};

/** The media type of an audio file by its name. */
export const audioType = (path: string): string =>
  TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
