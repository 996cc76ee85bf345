import type { Condition } from '../plan-filter.ts';

/** Conditions as a Milvus expression, empty when there are none. The only place that writes values into expressions. */
export const compileFilter = (conditions: readonly Condition[]): string =>
  conditions.map((condition) => `(${compile(condition)})`).join(' and ');

/** `column in […]` of any strings. */
export const isOneOf = (column: string, values: readonly string[]): string => `${column} in ${list(values)}`;

const compile = (condition: Condition): string => {
  switch (condition.kind) {
    case 'text': {
      const { column, values, negate } = condition;
      return negate ? `not (${isOneOf(column, values)})` : isOneOf(column, values);
    }
    case 'tags': {
      const values = list(condition.values);
      if (condition.mode === 'all') return `array_contains_all(tags, ${values})`;
      const any = `array_contains_any(tags, ${values})`;
      return condition.mode === 'none' ? `not (${any})` : any;
    }
    case 'range': {
      const { column, from, to } = condition;
      const parts = [`${column} != 0`];
      if (from !== undefined) parts.push(`${column} >= ${from}`);
      if (to !== undefined) parts.push(`${column} <= ${to}`);
      return parts.join(' and ');
    }
  }
};

const list = (values: readonly string[]): string => `[${values.map(quote).join(', ')}]`;

/** Characters that cannot stand for themselves in a string literal of Milvus' grammar. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A string literal, measured to mean the same on the engine 2.3.5 and on Lite 3.2. */
export const quote = (text: string): string =>
  `"${text.replace(/[\\"\n\r\t]/g, (found) => ESCAPES[found] as string)}"`;
