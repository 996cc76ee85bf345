/** Keeps the `k` best-scored rows it is offered, best first; equal scores in the order of ids. */
export const keepBest = <Row>(k: number, idOf: (row: Row) => string) => {
  const best: { row: Row; score: number }[] = [];
  const isBefore = (row: Row, score: number, other: { row: Row; score: number }) =>
    score > other.score || (score === other.score && idOf(row) < idOf(other.row));
  return {
    offer: (row: Row, score: number): void => {
      const last = best[k - 1];
      if (last && !isBefore(row, score, last)) return;
      let low = 0;
      let high = best.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isBefore(row, score, best[middle] as { row: Row; score: number })) high = middle;
        else low = middle + 1;
      }
      best.splice(low, 0, { row, score });
      if (best.length > k) best.pop();
    },
    list: () => best,
  };
};
