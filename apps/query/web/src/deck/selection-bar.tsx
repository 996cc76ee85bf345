import { Button, formatClock } from '@soundalike/design';
import type { Passage } from '../state/session.ts';
import { selection } from '../state/session.ts';
import { SHORTEST_PASSAGE } from './wave.tsx';

type Selection = Passage & { readonly side: 'a' | 'b' };

/** What to do with the passage drawn on a waveform. The two fields are the way without a mouse. */
export const SelectionBar = ({ onSearch }: { onSearch(selected: Selection): void }) => {
  const selected = selection.value;
  if (!selected) return null;
  const change = (part: Partial<Passage>) => {
    const next = { ...selected, ...part };
    if (next.to - next.from >= SHORTEST_PASSAGE) selection.value = next;
  };
  return (
    <form
      class={`selection-bar ${selected.side}`}
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(selected);
      }}
    >
      <Seconds label="From" value={selected.from} onChange={(from) => change({ from })} />
      <Seconds label="to" value={selected.to} onChange={(to) => change({ to })} />
      <Button kind="primary" small submit icon="search">
        Search {formatClock(selected.from)} – {formatClock(selected.to)} only
      </Button>
      <Button
        kind="quiet"
        small
        onClick={() => {
          selection.value = null;
        }}
      >
        Clear
      </Button>
    </form>
  );
};

const Seconds = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number;
  onChange(value: number): void;
}) => (
  <label>
    {label}
    <input
      type="number"
      class="field numeric"
      min={0}
      // As exact as what a drag selects: a coarser step would make the browser refuse it.
      step={0.1}
      value={value.toFixed(1)}
      onChange={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
    />
    <span aria-hidden="true">s</span>
    <span class="sr-only">seconds</span>
  </label>
);
