import type { TextTable } from '@soundalike/query';

/** A table for a terminal: columns as wide as what is in them. */
export const formatTable = ({ head, rows }: TextTable): string => {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  return lines
    .map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
};
