import type { Condition } from '../plan-filter.ts';

/** Conditions as a DataFusion SQL predicate; undefined when there are none. The only place that writes values into SQL. */
export const compileFilter = (conditions: readonly Condition[]): string | undefined =>
  conditions.length === 0 ? undefined : conditions.map(compile).join(' AND ');

/** `column IN (…)` of any strings. */
export const isOneOf = (column: string, values: readonly string[]): string =>
  `${column} IN (${values.map(quote).join(', ')})`;

const compile = (condition: Condition): string => {
  switch (condition.kind) {
    case 'text':
      return `${condition.negate ? 'NOT ' : ''}(${isOneOf(condition.column, condition.values)})`;
    case 'tags': {
      const { mode } = condition;
      const values = `make_array(${condition.values.map(quote).join(', ')})`;
      if (mode === 'all') return `array_has_all(tags, ${values})`;
      return `${mode === 'none' ? 'NOT ' : ''}(array_has_any(tags, ${values}))`;
    }
    case 'range': {
      const { column, from, to } = condition;
      const parts = [`${column} != 0`];
      if (from !== undefined) parts.push(`${column} >= ${from}`);
      if (to !== undefined) parts.push(`${column} <= ${to}`);
      return `(${parts.join(' AND ')})`;
    }
  }
};

/** A SQL string literal: nothing but the quote is special in it. */
export const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
