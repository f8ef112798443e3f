/** What the Collector reads, and which lines it puts together to one record. */
import { LABELS, literally } from '../../log-model';
import { COLOURS, ESCAPE } from '../colours';
import { JSON_OBJECT } from '../json';
import { type Lines, MAX_LINES } from '../multiline';
import { LINES as NGINX } from '../nginx';
import { LINES as PGBOUNCER } from '../pgbouncer';
import { LINES as POSTGRES, SAYS_MORE } from '../postgres';
import { ANNOUNCING, continuation, linesOf } from '../records';
import { LINES as REDIS } from '../redis';
import type { FileSource, RuntimeFormat } from '../scrape-props';
import { FORMAT, ORIGIN, POD_LOGS, STREAM } from '../sources';
import { TRACEBACK } from '../text';
import { literal } from './ottl';
import { FORM, JSON_FORM } from './redaction';

/** Attribute with the path of a file: of a record, and then of the source that a pod's file is. */
export const PATH = 'log.file.path';

/**
 * How long a record waits for its next line. Lines are read by the hundred, and a file's next hundred wait until those of all other
 * files have gone through the pipelines: at a start, a second or two. With Promtail's 500 ms, records would be cut in two there.
 */
const PATIENCE = '3s';
/** What a record is joined with has waited for its own next line before. */
const LONGER_PATIENCE = '5s';

/**
 * How the kubelet names a file that it has rotated: 0.log.20260102-030405. It compresses the file when it rotates the next one. By then
 * it is read to its end, unless the agent was away.
 */
const ROTATED = '????????-??????';

export interface ReceiverProps {
  /** Extension that keeps what was read. */
  readonly storage: string;
  /** Longest piece that is kept of a line that never ends, in bytes. */
  readonly maxPartialLine: number;
  readonly runtime: RuntimeFormat;
}

/** Pods of the node. @param which - namespaces that they are of, and are not of, by name or by pattern. */
export function podReceiver(
  which: { readonly only: readonly string[]; readonly without: readonly string[] },
  { storage, maxPartialLine, runtime }: ReceiverProps,
): Readonly<Record<string, unknown>> {
  const { only, without } = which;
  const files = (only.length === 0 ? [`${POD_LOGS}/*`] : only.map(podFolders)).map((folder) => `${folder}/*/*.log`);
  return {
    ...common(storage),
    // Of Docker's files, the folder has links to the current ones alone.
    include: [...files, ...(runtime === 'docker' ? [] : files.map((file) => `${file}.${ROTATED}`))],
    ...(without.length === 0 ? {} : { exclude: without.map((pattern) => `${podFolders(pattern)}/*/*`) }),
    operators: [
      ...RUNTIMES[runtime],
      {
        type: 'router',
        id: 'streams',
        routes: [{ expr: `${attributeNamed(STREAM)} == "stderr"`, output: 'stderr-pieces' }],
        default: 'stdout-pieces',
      },
      ...['stdout', 'stderr'].flatMap((stream) => [
        ...pieces(stream, maxPartialLine, runtime),
        ...together(LINES_OF_PODS, stream, stream === 'stderr'),
      ]),
      { type: 'move', id: END, from: attributeNamed(PATH), to: `resource[${literal(PATH)}]` },
    ],
  };
}

/**
 * Folders of the pods of namespaces, as a glob. The kubelet names a folder after namespace, pod and uid. None of these has an
 * underscore, so two of them behind the namespace keep a star in it from taking the pod's name as well.
 */
const podFolders = (namespaces: string): string => `${POD_LOGS}/${namespaces}_*_*`;

/** Log files of a folder. */
export function fileReceiver(
  source: FileSource,
  mount: string,
  { storage, maxPartialLine }: Omit<ReceiverProps, 'runtime'>,
): Readonly<Record<string, unknown>> {
  const { job, format, files } = source;
  return {
    ...common(storage),
    include: [`${mount}/${files}`],
    max_log_size: maxPartialLine,
    resource: { [LABELS.job]: job, [LABELS.service]: job, [LABELS.app]: job, [FORMAT]: format },
    operators: [
      ...together(LINES_OF_FORMATS[format], 'file', false),
      { type: 'move', id: END, from: attributeNamed(PATH), to: attributeNamed(ORIGIN.filename) },
    ],
  };
}

function common(storage: string): Readonly<Record<string, unknown>> {
  return {
    // Default 200ms. Each look costs for each file, whether there is something new or not: docs/figures.md.
    poll_interval: '300ms',
    start_at: 'beginning', // default end: what is written before the first look would be lost
    include_file_path: true,
    include_file_name: false,
    preserve_leading_whitespaces: true,
    preserve_trailing_whitespaces: true,
    storage,
    // By default, what the next component cannot take is lost.
    retry_on_failure: { enabled: true, max_elapsed_time: 0 },
  };
}

const LINES_OF_FORMATS: Readonly<Record<FileSource['format'], Lines>> = {
  auto: linesOf(false),
  python: linesOf(true),
  nginx: NGINX,
  pgbouncer: PGBOUNCER,
  postgres: POSTGRES,
  redis: REDIS,
};

/**
 * A pod's format follows from its labels, and they are known only after its lines have been put together. So one rule is for all
 * pods. What it lacks of a format's own is in docs/decisions.md.
 */
const LINES_OF_PODS: Lines = { continuation: `${continuation(false)}|${SAYS_MORE}` };

/** Lines whose record goes on with the next one, whatever that is: those that announce it, and a traceback without its error. */
const ANNOUNCES = `^(?:${ANNOUNCING.join('|')})$`;
const UNFINISHED = `(?:^|\\n)${literally(TRACEBACK)}\\n(?:[^\\n]*\\n)*[ \\t][^\\n]*$`;

const bodyMatches = (expression: string): string => `body matches ${literal(expression)}`;
const attributeNamed = (name: string): string => `attributes[${literal(name)}]`;

/** The last operator: what reaches it is a record. */
const END = 'end';

/** Of either runtime's lines, the time that it wrote them at. */
const TIMESTAMP = {
  parse_from: 'attributes.time',
  layout_type: 'gotime',
  layout: '2006-01-02T15:04:05.999999999Z07:00',
};

/**
 * Reads what the container runtime writes around a line. The operator `container` does so too, but mixes pieces of lines of the two
 * streams, and hands lines on by itself, so that one that is killed has not sent what it says that it has read.
 */
const RUNTIMES: Readonly<Record<RuntimeFormat, readonly Operator[]>> = {
  cri: [
    {
      type: 'regex_parser',
      regex: '^(?P<time>[^ ]+) (?P<stream>stdout|stderr) (?P<tag>[^ ]*) ?(?P<line>.*)$$',
      timestamp: TIMESTAMP,
    },
    { type: 'move', from: 'attributes.line', to: 'body' },
  ],
  docker: [
    { type: 'json_parser', timestamp: TIMESTAMP },
    { type: 'move', from: 'attributes.log', to: 'body' },
  ],
};

/** Whether a piece is the last one of its line. */
const LAST_PIECE: Readonly<Record<RuntimeFormat, string>> = {
  cri: 'not (attributes.tag startsWith "P")',
  docker: 'body endsWith "\\n"',
};

type Operator = Readonly<Record<string, unknown>>;

const RECOMBINED = { type: 'recombine', combine_field: 'body' } as const;

/** Joins the pieces of a long line. One without an end is cut, or it would take all memory. */
function pieces(stream: string, maxSize: number, runtime: RuntimeFormat): readonly Operator[] {
  return [
    {
      ...RECOMBINED,
      id: `${stream}-pieces`,
      combine_with: '',
      overwrite_with: 'newest', // the time of the last piece
      is_last_entry: LAST_PIECE[runtime],
      max_log_size: maxSize,
      // No other limits.
      max_batch_size: 0,
      max_unmatched_batch_size: 0,
    },
    ...(runtime === 'docker' ? [{ type: 'regex_replace', regex: '\\n$$', field: 'body', replace_with: '' }] : []),
  ];
}

/**
 * Joins the lines that belong together. JSON does not wait for a next line.
 *
 * @param name - of the stream of lines.
 * @param announced - whether some lines announce the next one.
 */
function together(lines: Lines, name: string, announced: boolean): readonly Operator[] {
  const isFirst =
    'first' in lines ? bodyMatches(`^(?:${lines.first})`) : `not (${bodyMatches(`^(?:${lines.continuation})`)})`;
  const isUnfinished = `body contains ${literal(TRACEBACK)} and ${bodyMatches(UNFINISHED)}`;
  const recombined = {
    ...RECOMBINED,
    combine_with: '\n',
    max_batch_size: MAX_LINES,
    max_unmatched_batch_size: MAX_LINES,
  };
  const withNext = { ...recombined, force_flush_period: LONGER_PATIENCE };
  return [
    {
      type: 'regex_replace',
      if: `body contains ${literal(ESCAPE)}`,
      regex: COLOURS,
      field: 'body',
      replace_with: '',
    },
    {
      type: 'router',
      id: `${name}-records`,
      routes: [{ expr: bodyMatches(JSON_OBJECT), output: END, attributes: { [FORM]: JSON_FORM } }],
      default: `${name}-lines`,
    },
    // Of what is put together, the first line's time is the record's; of what is announced, that of the line after it.
    {
      ...recombined,
      id: `${name}-lines`,
      overwrite_with: 'oldest',
      force_flush_period: PATIENCE,
      is_first_entry: isFirst,
    },
    ...(announced ? [{ ...withNext, overwrite_with: 'newest', is_last_entry: `not (${bodyMatches(ANNOUNCES)})` }] : []),
    { ...withNext, overwrite_with: 'oldest', is_last_entry: `not (${isUnfinished})`, output: END },
  ];
}
