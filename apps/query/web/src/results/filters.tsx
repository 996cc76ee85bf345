import './filters.css';
import { Button, Chip, Note } from '@soundalike/design';
import { useState } from 'preact/hooks';
import type { FacetValue } from '../api/types.ts';
import { changeFilter, changeOptions } from '../state/actions.ts';
import { type Mode, NO_FILTER } from '../state/link-state.ts';
import { loadCatalogue } from '../state/load-catalogue.ts';
import { activeFilters, facets, facetsFailure, filter, options } from '../state/session.ts';

const MODES: readonly { mode: Mode; label: string }[] = [
  { mode: 'both', label: 'Everything' },
  { mode: 'sounds-like', label: 'Sounds alike' },
  { mode: 'same-recording', label: 'Same recording' },
];

/** Narrows the search: what the catalogue holds, as chips. Several genres or artists mean any of them, several tags mean all. */
export const Filters = () => {
  const known = facets.value;
  const { genres, artists, tags } = filter.value;
  return (
    <div class="filters">
      <fieldset>
        <legend>Show</legend>
        <div class="chips">
          {MODES.map(({ mode, label }) => (
            <Chip key={mode} pressed={options.value.mode === mode} onClick={() => changeOptions({ mode })}>
              {label}
            </Chip>
          ))}
        </div>
        <Check
          label="One track an artist"
          checked={options.value.onePerArtist}
          onChange={(onePerArtist) => changeOptions({ onePerArtist })}
        />
        <Check
          label="Other artists only"
          checked={options.value.otherArtists}
          onChange={(otherArtists) => changeOptions({ otherArtists })}
        />
      </fieldset>
      {facetsFailure.value && (
        <Note tone="bad">
          <p>What the tracks can be narrowed by is not known: {facetsFailure.value.message}</p>
          <p class="actions">
            <Button small onClick={() => void loadCatalogue()}>
              Try again
            </Button>
          </p>
        </Note>
      )}
      <Group
        name="Genre"
        values={known?.genres ?? []}
        chosen={genres}
        onChange={(next) => changeFilter({ genres: next })}
      />
      <Group
        name="Tags"
        values={known?.tags ?? []}
        chosen={tags}
        onChange={(next) => changeFilter({ tags: next })}
      />
      <Group
        name="Artist"
        values={known?.artists ?? []}
        chosen={artists}
        onChange={(next) => changeFilter({ artists: next })}
      />
      <Years />
      {activeFilters.value > 0 && (
        <Button small onClick={() => changeFilter(NO_FILTER)}>
          Clear {activeFilters.value === 1 ? 'the filter' : `${activeFilters.value} filters`}
        </Button>
      )}
    </div>
  );
};

/** Chips shown before the rest is asked for. */
const SHOWN = 8;

const Group = ({
  name,
  values,
  chosen,
  onChange,
}: {
  name: string;
  values: readonly FacetValue[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
}) => {
  const [isWhole, setWhole] = useState(false);
  if (values.length === 0) return null;
  const shown = isWhole
    ? values
    : values.filter(({ value }, index) => index < SHOWN || chosen.includes(value));
  return (
    <fieldset>
      <legend>{name}</legend>
      <div class="chips">
        {shown.map(({ value, count }) => {
          const isOn = chosen.includes(value);
          return (
            <Chip
              key={value}
              pressed={isOn}
              count={count}
              onClick={() => onChange(isOn ? chosen.filter((one) => one !== value) : [...chosen, value])}
            >
              {value}
            </Chip>
          );
        })}
        {values.length > SHOWN && (
          <Button small kind="quiet" onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'Fewer' : `All ${values.length}`}
          </Button>
        )}
      </div>
    </fieldset>
  );
};

const Years = () => {
  const { years } = facets.value ?? {};
  if (!years || years.from === null || years.to === null || years.from === years.to) return null;
  const { yearFrom, yearTo } = filter.value;
  const field = (label: string, value: number | null, placeholder: number, key: 'yearFrom' | 'yearTo') => (
    <label>
      {label}
      <input
        class="field numeric"
        type="number"
        min={1000}
        max={2999}
        placeholder={`${placeholder}`}
        value={value ?? ''}
        onChange={({ currentTarget }) =>
          changeFilter({ [key]: currentTarget.value === '' ? null : currentTarget.valueAsNumber })
        }
      />
    </label>
  );
  return (
    <fieldset class="years">
      <legend>Year</legend>
      {field('from', yearFrom, years.from, 'yearFrom')}
      {field('to', yearTo, years.to, 'yearTo')}
    </fieldset>
  );
};

const Check = ({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
}) => (
  <label class="check">
    <input
      type="checkbox"
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
    {label}
  </label>
);
