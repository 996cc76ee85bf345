import { readFileSync } from 'node:fs';
import { redactUrl, SoundalikeError } from '@soundalike/core';

const DEFAULT_PORT = 19530;

/**
 * The SDK's settings from `milvus://user:password@host:port/database`, or `milvuss://` with TLS; there `?ca=FILE` names the
 * certificate of a private authority and `?servername=NAME` the name on the server's certificate.
 *
 * @throws SoundalikeError `CONFIG_INVALID`
 */
export const parseMilvusUrl = (text: string) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname) throw invalid(text, 'must look like milvus://user:password@host:19530/default');
  const isSecure = url.protocol === 'milvuss:';
  const ca = url.searchParams.get('ca');
  const serverName = url.searchParams.get('servername');
  return {
    address: `${url.hostname}:${url.port || DEFAULT_PORT}`,
    ssl: isSecure,
    database: decodeURIComponent(url.pathname.slice(1)) || 'default',
    ...(url.username && {
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    }),
    ...(isSecure &&
      (ca || serverName) && {
        tls: { ...(ca && { rootCert: readAuthority(text, ca) }), ...(serverName && { serverName }) },
      }),
  };
};

const readAuthority = (text: string, path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalid(text, `names the certificate ${path}, which cannot be read`, cause);
  }
};

const invalid = (url: string, reason: string, cause?: unknown) =>
  new SoundalikeError('CONFIG_INVALID', `VECTOR_STORE_URL ${reason}, got "${redactUrl(url)}"`, {
    fields: { setting: 'VECTOR_STORE_URL' },
    cause,
  });
