/** A folder of dashboards and rules → every query in it, and whether it finds here what it found. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseExpression } from '../../../alerts/logql';
import { decode } from '../../../syntax/yaml';
import { type FoundQuery, queriesOf, treesOf } from './found-query';
import { judge, type Judgement } from './judge';
import type { Origin } from './label-map';
import { fillVariables } from './variables';
import { judgeVariable } from './variable';

export interface JudgedQuery {
  readonly where: string;
  /** As it was. */
  readonly query: string;
  readonly judgement: Judgement;
}

export interface JudgedFile {
  /** Path from the folder. */
  readonly file: string;
  readonly queries: readonly JudgedQuery[];
  /** How many queries are in another language than LogQL. */
  readonly others: number;
  /** Why the file could not be read. */
  readonly unreadable?: string;
}

const ENDINGS = /\.(?:json|ya?ml|rules)$/i;

/** The files of a folder that have queries, or that cannot be read. */
export function judgeFolder(folder: string, origin: Origin): readonly JudgedFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ENDINGS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(folder, path).split('/').includes('node_modules'))
    .toSorted()
    .map((path) => judgeFile(relative(folder, path), readFileSync(path), origin))
    .filter(({ queries, others, unreadable }) => queries.length > 0 || others > 0 || unreadable !== undefined);
}

export function judgeFile(file: string, bytes: Uint8Array, origin: Origin): JudgedFile {
  const text = decode(bytes);
  if (typeof text !== 'string') return { file, queries: [], others: 0, unreadable: `${text.rule}; ${text.remedy}` };
  let found: readonly FoundQuery[];
  try {
    found = treesOf(text).flatMap(queriesOf);
  } catch (error) {
    return { file, queries: [], others: 0, unreadable: error instanceof Error ? error.message : String(error) };
  }
  const ours = found.filter(isLogql);
  return { file, queries: ours.map((one) => judged(one, origin)), others: found.length - ours.length };
}

/** Where nothing says which language it is, it is the one that it can be read as. PromQL has names before its selectors. */
function isLogql({ language, expr, listed }: FoundQuery): boolean {
  if (language !== undefined) return language === 'logql';
  if (listed !== undefined && expr === '') return false;
  const { errors, matchers } = parseExpression(fillVariables(expr).text);
  return errors.length === 0 && matchers.length > 0;
}

function judged({ where, expr, listed }: FoundQuery, origin: Origin): JudgedQuery {
  if (listed === undefined) return { where, query: expr, judgement: judge(expr, origin) };
  return { where: `variable ${where}`, ...judgeVariable(expr, listed, origin) };
}
