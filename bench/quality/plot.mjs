const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = { left: 56, right: 150, top: 20, bottom: 44 };
/** Colour-blind safe (Okabe & Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

/**
 * A line plot as SVG, readable on light and dark pages.
 *
 * @param lines [{ name, points: [[x, y], …] }]; x is placed on a logarithmic scale
 */
export const linePlot = ({ title, xLabel, yLabel, lines, yRange }) => {
  const xs = lines.flatMap(({ points }) => points.map(([x]) => Math.log10(x)));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = yRange;
  const x = (value) =>
    MARGIN.left + ((Math.log10(value) - from) / (to - from)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value) =>
    HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
  const marks = [...new Set(lines[0].points.map(([value]) => value))];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#555">
<title>${title}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${ticks.map((tick) => `<path d="M${MARGIN.left} ${y(tick).toFixed(1)}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick.toFixed(2)}</text>`).join('\n')}
${marks.map((mark) => `<text x="${x(mark).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${mark.toLocaleString('en')}</text>`).join('\n')}
<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xLabel}</text>
<text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${lines
  .map(({ name, points }, i) => {
    const [endX, endY] = points.at(-1);
    const path = points
      .map(([px, py], at) => `${at ? 'L' : 'M'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`)
      .join('');
    return `<path d="${path}" fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2"/><text x="${x(endX) + 8}" y="${(y(endY) + 4).toFixed(1)}" fill="${COLOURS[i % COLOURS.length]}">${name}</text>`;
  })
  .join('\n')}
</svg>
`;
};
