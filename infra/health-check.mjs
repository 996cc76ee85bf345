/** Exit code 0 where the process of this container answers; the address is the argument, else that of its metrics. */
const url = process.argv[2] ?? `http://127.0.0.1:${process.env.METRICS_PORT || 9464}/healthz`;
const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) }).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
