/**
 * A text with what terminals obey in a form to be read, as `\x1b`: control characters but tab and line feed, and the marks that turn the
 * direction of writing. Names of files and words of servers may hold any of them.
 */
export const visible = (text: string): string => text.replace(CONTROLS, escaped);

/** The same for a name within a line, which no line break or tab of it may break. */
export const visibleLine = (text: string): string => visible(text.replace(/[\t\n]/g, escaped));

const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (sign: string): string => {
  const code = sign.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
};
