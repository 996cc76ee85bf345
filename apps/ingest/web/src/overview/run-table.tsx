import { Badge } from '@soundalike/design';
import type { Run } from '../api.ts';
import { formatCount, formatInstant, formatSpan } from '../format.ts';
import { itemsLink } from '../route.ts';

/** Runs, the latest first. */
export const RunTable = ({ runs }: { runs: readonly Run[] }) => (
  <section>
    <h2>Runs</h2>
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Source</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Indexed
            </th>
            <th scope="col" class="number">
              Unchanged
            </th>
            <th scope="col" class="number">
              Duplicate
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              Time
            </th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ run, source, state, counts, wallSeconds, startedAt, progress }) => (
            <tr key={run}>
              <th scope="row">
                <a href={itemsLink({ run })}>{run}</a>
              </th>
              <td class="path" title={source}>
                {source}
              </td>
              <td>
                <Badge tone={state === 'interrupted' ? 'warn' : undefined}>
                  {progress && state === 'running' ? `${Math.floor(progress.share * 100)} %` : state}
                </Badge>
              </td>
              <td class="number">{formatCount(counts.indexed)}</td>
              <td class="number">{formatCount(counts.unchanged)}</td>
              <td class="number">{formatCount(counts.duplicate)}</td>
              <td class="number">
                {counts.failed > 0 ? (
                  <a class="bad" href={itemsLink({ run, state: 'failed' })}>
                    {formatCount(counts.failed)}
                  </a>
                ) : (
                  '0'
                )}
              </td>
              <td class="number">{formatSpan(wallSeconds)}</td>
              <td>{formatInstant(startedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
);
