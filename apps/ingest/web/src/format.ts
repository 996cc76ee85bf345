/** Seconds as people say them: `8 s`, `14 min`, `3 h 20 min`, `2 d 4 h`. */
export const formatSpan = (seconds: number): string => {
  if (seconds < 1 && seconds > 0) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

export const formatCount = (count: number): string => count.toLocaleString('en');

export const formatBytes = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.round(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${Math.round(bytes / 1e6)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;

/** How long ago an instant was. */
export const formatAgo = (instant: string, now = Date.now()): string => {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  return seconds < 5 ? 'now' : `${formatSpan(seconds)} ago`;
};

/** Date and time in the reader's zone, as `2026-05-04 17:03:22`: it sorts, and columns of it line up. */
export const formatInstant = (instant: string): string =>
  new Date(instant).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
