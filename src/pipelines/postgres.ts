/** PostgreSQL: its stderr with a prefix that begins with `%m`, its jsonlog and its csvlog. */
import { FIELDS, LEVEL_ALIASES, type Level } from '../log-model';
import type { Aliases } from './level';
import { type Lines, unlike } from './multiline';

const TIME = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?';
const ZONE = '(?:[A-Z]{3,5}|[+-]\\d\\d(?::?\\d\\d)?)';
/**
 * The text between the time and the severity. The server writes two blanks after the severity's colon: the first such
 * place is its own. Any later text may come from a client. (A comma after the zone is csvlog's.)
 */
const BETWEEN = '(?:[^,\\n:](?:[^:\\n]|:[^ \\n]|: [^ \\n])*?)?';
/** The columns of csvlog between the time and the severity. A client chooses the names in quotes. */
const COLUMNS = ',(?:(?:"(?:[^"]|"")*"|[^",]*),){10}';
export const FIRST_LINE = `(?P<${FIELDS.timestamp}>${TIME}) (?P<zone>${ZONE})(?:${BETWEEN} (?P<stderr>\\S+):  |${COLUMNS}(?P<csv>[^\\s,"]+),[0-9A-Z]{5},)`;

/** Words for further details of a record, in PostgreSQL's languages: these lines have a prefix of their own. */
const MORE = [
  'DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT|BACKTRACE',
  'TIPP|ANFRAGE|ZUSAMMENHANG|ORT|ANWEISUNG', // German
  'DETALLE|SUGERENCIA|CONSULTA|CONTEXTO|UBICACIÓN|SENTENCIA', // Spanish
  "DÉTAIL|ASTUCE|REQUÊTE|CONTEXTE|EMPLACEMENT|INSTRUCTION|PILE D'APPEL", // French
  'DETTAGLI|SUGGERIMENTO|CONTESTO|POSIZIONE|ISTRUZIONE', // Italian
  'DETALHE|DICA|LOCAL|COMANDO', // Portuguese
  'DETALJ|TIPS|FRÅGA|KONTEXT|PLATS|SATS', // Swedish
  'ПОДРОБНОСТИ|ПОДСКАЗКА|ЗАПРОС|КОНТЕКСТ|ПОЛОЖЕНИЕ|ОПЕРАТОР|СТЕК', // Russian
  'ВІДОМОСТІ|УКАЗІВКА|ЗАПИТ|РОЗТАШУВАННЯ|ІНСТРУКЦІЯ|ВІДСТЕЖУВАТИ', // Ukrainian
  '詳細|ヒント|問い合わせ|文脈|場所|文|バックトレース', // Japanese
  '상세정보|힌트|쿼리|내용|위치|명령 구문|역추적', // Korean
  '详细信息|提示|查询|上下文|位置|语句', // Chinese
].join('|');

/**
 * A line that says more of the record before. In a language that is not known, it begins another one, which is better than the
 * reverse.
 */
export const SAYS_MORE = `${TIME} ${ZONE}${BETWEEN} (?:${MORE}) ?:`;
export const LINES: Lines = { continuation: `${unlike(['9999-99-99 99:99:99'])}|${SAYS_MORE}` };

/** Severities in these languages, where they are not as in English. `LOG` is. */
const SEVERITIES: Readonly<Record<Level, readonly string[]>> = {
  error: [
    ...['fehler', 'panik', 'erreur', 'errore', 'fatale', 'panico', 'erro', 'pânico', 'fel', 'fatalt'],
    ...['ошибка', 'важно', 'паника', 'помилка', 'фатально', 'паніка', '오류', '치명적오류', '손상'],
    ...['错误', '致命错误', '比致命错误还过分的错误'],
  ],
  warn: ['warnung', 'attention', 'attenzione', 'aviso', 'varning', 'предупреждение', 'попередження', '경고', '警告'],
  info: [
    ...['hinweis', 'notifica', 'nota', 'notis', 'logg', 'сообщение', 'информация', 'замечание'],
    ...['записування', 'інформація', 'повідомлення', '로그', '정보', '알림', '日志', '信息', '注意'],
  ],
  debug: ['отладка', 'налагодження', '디버그', '调试'],
};
export const ALIASES: Aliases = {
  ...LEVEL_ALIASES,
  ...Object.fromEntries(
    (Object.keys(SEVERITIES) as Level[]).flatMap((level) => SEVERITIES[level].map((word) => [word, level] as const)),
  ),
};

/** Before the duration of a statement; and with it, in milliseconds. */
export const DURATION = 'duration: ';
export const DURATION_MS = `${DURATION}(?P<${FIELDS.duration}>[0-9.]+) ms`;
