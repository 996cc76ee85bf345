import { isLink } from './resolve-location.ts';
import { isS3 } from './s3.ts';

/** Why a place is a link that nothing here reads, such as `ftp://…`; undefined for paths and for links that are read. */
export const refuseScheme = (place: string): string | undefined => {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1];
  if (scheme === undefined || isLink(place) || isS3(place)) return undefined;
  return `links with ${scheme}:// are not supported, only http, https and s3; files are named by their path`;
};
