import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { SoundalikeError } from '@soundalike/core/errors';
import ipaddr from 'ipaddr.js';
import type { S3Options } from './s3.ts';

/** What a fetch may reach and how much it may take. */
export interface FetchPolicy {
  /** Host names, addresses or CIDR ranges that are allowed although they are private (ALLOW_FETCH). */
  readonly allow: readonly string[];
  readonly maxBytes: number;
  /** For the whole transfer, redirects included, ms. */
  readonly timeoutMs: number;
  /** How buckets are reached; where it is missing, they are not. */
  readonly s3?: S3Options | undefined;
  /** Finds the addresses of a name; the system's resolver where it is missing. */
  resolve?(host: string): Promise<readonly CheckedAddress[]>;
}

/** What is to be fetched into which file. */
export interface FetchRequest {
  readonly url: string;
  readonly target: string;
  readonly policy: FetchPolicy;
  /** The mark of an earlier answer: nothing is fetched where it still holds. */
  readonly etag?: string | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An address that has been checked, to which the connection is pinned. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Resolves a host and checks every address it has: only public unicast ones may be reached, unless the policy names
 * host or range. The caller connects to the address returned and to no other, so that a name which resolves differently the
 * second time (DNS rebinding) gains nothing.
 *
 * @throws SoundalikeError `SOURCE_FORBIDDEN` naming host and reason, `SOURCE_FETCH_FAILED` where the name is unknown
 */
export const checkHost = async (
  host: string,
  policy: Pick<FetchPolicy, 'allow' | 'resolve'>,
): Promise<CheckedAddress> => {
  const bare = host.replace(/^\[|\]$/g, '');
  const addresses = await resolveAll(bare, policy.resolve ?? systemResolve);
  for (const { address } of addresses) {
    const range = rangeOf(address);
    if (range !== 'unicast' && !isAllowed(bare, address, policy.allow)) {
      throw new SoundalikeError(
        'SOURCE_FORBIDDEN',
        `${host} is at a ${range} address (${address}), which links may not reach; ALLOW_FETCH=${bare} would allow it`,
        { fields: { host, range } },
      );
    }
  }
  const [first] = addresses;
  if (!first) throw new SoundalikeError('SOURCE_FETCH_FAILED', `${host} has no address`);
  return first;
};

const resolveAll = async (
  host: string,
  resolve: NonNullable<FetchPolicy['resolve']>,
): Promise<readonly CheckedAddress[]> => {
  const family = isIP(host);
  if (family === 4 || family === 6) return [{ address: host, family }];
  try {
    return await resolve(host);
  } catch (cause) {
    throw new SoundalikeError('SOURCE_FETCH_FAILED', `The host ${host} cannot be resolved`, {
      cause,
      fields: { host },
    });
  }
};

const systemResolve = async (host: string): Promise<CheckedAddress[]> => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/** ipaddr.js' name for the kind of address; IPv6 forms that carry an IPv4 address are judged by that address. */
const rangeOf = (address: string): string => {
  const parsed = ipaddr.parse(address.split('%')[0] ?? address);
  if (parsed.kind() === 'ipv6') {
    const embedded = embeddedIpv4(parsed as ipaddr.IPv6);
    if (embedded) {
      const range = embedded.range();
      return range === 'unicast' ? 'unicast' : range;
    }
  }
  return parsed.range();
};

/** The IPv4 address inside IPv4-mapped, IPv4-compatible, NAT64 (64:ff9b::/96) and 6to4 (2002::/16) addresses. */
const embeddedIpv4 = (address: ipaddr.IPv6): ipaddr.IPv4 | undefined => {
  const bytes = address.toByteArray();
  const last = () => new ipaddr.IPv4(bytes.slice(12));
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12).some((byte) => byte > 1))
    return last();
  if (address.range() === 'rfc6052') return last();
  if (address.range() === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  return undefined;
};

const isAllowed = (host: string, address: string, allow: readonly string[]): boolean =>
  allow.some((entry) => {
    if (entry.toLowerCase() === host.toLowerCase() || entry === address) return true;
    if (!ipaddr.isValidCIDR(entry)) return false;
    const range = ipaddr.parseCIDR(entry);
    const parsed = ipaddr.process(address);
    return parsed.kind() === range[0].kind() && parsed.match(range as never);
  });
