/** How alike each stretch of the sample is to the track, from the sample's start to its end: the darker, the more. */
export const Strip = ({ values }: { values: readonly number[] }) => {
  const best = values.indexOf(Math.max(...values));
  const words = `Alike over the sample: mean ${mean(values).toFixed(2)}, best at ${Math.round((best / values.length) * 100)} %`;
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${values.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <title>{words}</title>
      {values.map((value, at) => (
        <rect key={at} x={at} width="1.02" height="1" opacity={Math.max(0.06, value) ** 1.5} />
      ))}
    </svg>
  );
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
