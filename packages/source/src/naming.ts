import { isSoundalikeError, SoundalikeError } from '@soundalike/core/errors';

/**
 * Does work on a file that people know by another name, an upload or what was fetched from a link: errors, and ffmpeg's words in them, speak
 * of it by that name.
 */
export const naming = async <T>(
  { name, path }: { readonly name: string; readonly path: string },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isSoundalikeError(error) || name === path) throw error;
    // ffmpeg is given paths with `file:` in front.
    const named = (text: string) => text.replaceAll(`file:${path}`, name).replaceAll(path, name);
    throw new SoundalikeError(error.code, named(error.message), {
      cause: error,
      fields: Object.fromEntries(
        Object.entries(error.fields).map(([field, value]) => [
          field,
          typeof value === 'string' ? named(value) : value,
        ]),
      ),
      ...(error.detail === undefined ? {} : { detail: named(error.detail) }),
    });
  }
};
