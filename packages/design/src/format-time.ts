/** Seconds as a position: `0:07`, `3:25`, `1:02:09`; with `tenths`, `0:07.4`. */
export const formatClock = (seconds: number, { tenths = false } = {}): string => {
  const unit = tenths ? 10 : 1;
  const total = Math.max(0, Math.floor(seconds * unit + 1e-6)) / unit;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = (total % 60).toFixed(tenths ? 1 : 0).padStart(tenths ? 4 : 2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
};

/** Seconds as an amount of audio: `48 s`, `47 min`, `3.5 h`, `1,240 h`. */
export const formatLength = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return `${hours < 10 ? hours.toFixed(1) : Math.round(hours).toLocaleString('en')} h`;
};
