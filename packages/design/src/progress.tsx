/** A bar with a share 0..1, or without one moving while it is not known how long a thing takes. */
export const Progress = ({ label, share }: { label: string; share?: number | undefined }) => (
  <span
    class={share === undefined ? 'progress busy' : 'progress'}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
  >
    <span style={share === undefined ? undefined : { width: `${share * 100}%` }} />
  </span>
);
