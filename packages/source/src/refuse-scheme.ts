import { isLink } from './resolve-location.ts';
import { isS3 } from './s3.ts';

const READ = ['http', 'https', 's3'] as const;

/**
 * Why a place is a link that nothing here reads, such as `ftp://…`; undefined for paths and for links that are read.
 *
 * @param supported schemes that the reason names, where not all are read
 */
export const refuseScheme = (place: string, supported: readonly string[] = READ): string | undefined => {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1];
  if (scheme === undefined || isLink(place) || isS3(place)) return undefined;
  const names = `${supported.slice(0, -1).join(', ')} and ${supported.at(-1)}`;
  return `links with ${scheme}:// are not supported, only ${names}; files are named by their path`;
};
