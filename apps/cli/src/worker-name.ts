import { hostname } from 'node:os';

/** Who holds jobs and leases: host and process, so that a dead process of this host is recognised. */
export const workerName = (): string => `${hostname()}:${process.pid}`;
