import { basename, extname } from 'node:path';
import type { Item } from '@soundalike/catalogue';
import type { TrackMetadata } from '@soundalike/core';
import { isLink, type LocalAudio, readTags } from '@soundalike/source';

/** The file's own tags, which fill what the manifest leaves open; without a title a file is called by its name. */
export const fileMetadataOf = async (item: Item, audio: LocalAudio): Promise<Partial<TrackMetadata>> => {
  const tags = await readTags(audio.path);
  const name = isLink(item.path) && item.root === null ? nameInLink(item.path) : basename(item.path);
  return { ...tags, title: tags.title ?? name.slice(0, name.length - extname(name).length) };
};

const nameInLink = (link: string): string => {
  const name = basename(new URL(link).pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};
