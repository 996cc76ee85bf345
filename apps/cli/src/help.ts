import type { Verb, VerbEntry, VerbOption } from './verb.ts';

/** The overview: every verb with one line. */
export const formatHelp = (verbs: readonly VerbEntry[]): string => {
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  return [
    'soundalike: find music in your own catalogue by ear',
    '',
    'Usage: soundalike <verb> [arguments] [--json]',
    '',
    ...verbs.map((verb) => `  ${verb.name.padEnd(width)}  ${verb.summary}`),
    '',
    'Start:  soundalike ingest ~/Music    then    soundalike similar song.mp3',
    'More:   soundalike <verb> --help     soundalike doctor',
  ].join('\n');
};

/** All about one verb, with examples. */
export const formatVerbHelp = ({ name, summary }: VerbEntry, verb: Verb): string => {
  const all: Readonly<Record<string, VerbOption>> = {
    ...verb.options,
    json: { type: 'boolean', help: 'one JSON document on stdout' },
  };
  const options = Object.entries(all).map(([flag, option]) => ({
    flag: `--${flag}${option.type === 'string' ? ` <${option.value ?? 'value'}>` : ''}`,
    help: option.help,
  }));
  const width = Math.max(...options.map((option) => option.flag.length));
  return [
    summary,
    '',
    `Usage: soundalike ${name} ${verb.usage}`.trimEnd(),
    '',
    'Options:',
    ...options.map((option) => `  ${option.flag.padEnd(width)}  ${option.help}`),
    '',
    'Examples:',
    ...verb.examples.map((example) => `  ${example}`),
  ].join('\n');
};
