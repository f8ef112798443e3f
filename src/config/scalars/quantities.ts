/** Scalars for amounts, numbers and times. */
import { z } from 'zod';
import {
  BYTE_SIZE_PATTERN,
  type ByteSize,
  type Cpu,
  CPU_PATTERN,
  DURATION_PATTERN,
  type Duration,
  formatLokiBytes,
  parseByteSize,
  parseCpu,
  parseDuration,
} from '../units';
import { described, parsed, says, someNumber, wholeNumber, withPattern } from './base';

const within = <K extends string, T extends Readonly<Record<K, number>>>(
  value: T | undefined,
  key: K,
  most: number,
): T | undefined => (value !== undefined && value[key] > 0 && value[key] <= most ? value : undefined);

/** 100 years. Readers count nanoseconds in 64 bits, which hold less than 300 years. */
const LONGEST = 36_500 * 86_400_000;
/** Kubernetes has at most 8 PiB. A derived size, such as temporary space, can be 32 times as large as the written one. */
const LARGEST = 100 * 2 ** 40;
const MOST_CPU = 10_000 * 1000;
/** The largest signed number of 32 bits, which is the smallest type of a reader. */
const MOST = 2 ** 31 - 1;

const DURATION_RULE = {
  rule: 'a duration above 0, at most 36500d: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30d, 720h or 1h30m',
};
const BYTES_RULE = {
  rule: 'a size above 0, at most 100Ti: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
  remedy: 'write for example 15MB or 512Mi',
};
const MOMENT_RULE = {
  rule: 'a moment that exists, in UTC and to the second',
  remedy: 'write for example "2027-03-01T12:00:00Z", with quotes',
};
const CHAT_RULE = {
  rule: 'the id of a chat: a whole number, negative for a group',
  remedy: 'write for example -1001234567890, without quotes',
};
const DAY_OF_MONTH_RULE = {
  rule: 'a day of a month: 1 to 31, or -1 to -31, counted from its end',
  remedy: 'write for example 1, or -1 for the last day',
};
const CPU_RULE = {
  rule: 'an amount of CPU above 0, at most 10000: cores, or thousandths with m',
  remedy: 'write for example 250m, "1" or 0.5',
};

/** A duration above zero. With 0, a ticker of Loki's panics, and a wait ends before it starts. */
export const duration = (): z.ZodType<Duration, string> =>
  parsed(
    withPattern('duration', DURATION_PATTERN, DURATION_RULE),
    (written) => within(parseDuration(written), 'milliseconds', LONGEST),
    DURATION_RULE,
  );

/** A size above zero. As a memory limit, 0 would mean no limit. As a rate, 0 would refuse every line. */
export const byteSize = (): z.ZodType<ByteSize, string> =>
  parsed(
    withPattern('size', BYTE_SIZE_PATTERN, BYTES_RULE),
    (written) => within(parseByteSize(written), 'bytes', LARGEST),
    BYTES_RULE,
  );

/** A size as Loki's own fields read it. */
export const lokiByteSize = (): z.ZodType<string, string> => byteSize().transform(formatLokiBytes);

const BYTES_OR_NONE_RULE = {
  rule: 'a size, at most 100Ti: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes; 0B is no limit',
  remedy: 'write for example 15MB or 0B',
};

/** The same, where zero means no limit. */
export const byteSizeOrNone = (): z.ZodType<string, string> =>
  parsed(
    withPattern('size or 0B', BYTE_SIZE_PATTERN, BYTES_OR_NONE_RULE),
    (written) => {
      const size = parseByteSize(written);
      return size !== undefined && size.bytes <= LARGEST ? formatLokiBytes(size) : undefined;
    },
    BYTES_OR_NONE_RULE,
  );

/** An amount of CPU. YAML reads an unquoted `1` or `0.5` as a number, so both forms are accepted. */
export const cpu = (): z.ZodType<Cpu, string | number> =>
  parsed(
    z
      .union([z.number(), z.string()], says(CPU_RULE))
      .meta({ ...described('CPU', CPU_PATTERN, CPU_RULE), exclusiveMinimum: 0 }),
    (written) => within(parseCpu(String(written)), 'millicores', MOST_CPU),
    CPU_RULE,
  );

export const positiveInteger = () =>
  wholeNumber('whole number', 1, MOST, {
    rule: `a whole number from 1 to ${MOST}`,
    remedy: 'write for example 3, without quotes',
  });

/** Id of a chat of Telegram. */
export const chatId = () =>
  wholeNumber('id of a chat', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, CHAT_RULE).refine((id) => id !== 0, {
    params: { ...CHAT_RULE },
  });

/** Day of a month, counted from its end where it is negative. */
export const dayOfMonth = () =>
  wholeNumber('day of a month', -31, 31, DAY_OF_MONTH_RULE).refine((day) => day !== 0, {
    params: { ...DAY_OF_MONTH_RULE },
  });

/** Priority of a message of Pushover. */
export const pushoverPriority = () =>
  wholeNumber('priority', -2, 2, { rule: 'a whole number from -2 to 2', remedy: 'write for example 1' });

/** A whole number with a lower bound of its own. @param why - what the bound follows from */
export const numberFrom = (least: number, why: string) =>
  wholeNumber(`whole number from ${least}`, least, MOST, {
    rule: `a whole number from ${least} to ${MOST}: ${why}`,
    remedy: `write ${least} or more, without quotes`,
  });

/** A number of connections. nginx counts them in 16 bits, and does not start with a larger limit. */
export const connections = () =>
  wholeNumber('number of connections', 1, 65_535, {
    rule: 'a number of connections: a whole number from 1 to 65535',
    remedy: 'write for example 512, without quotes',
  });

/** A count. Zero is allowed. */
export const count = () =>
  wholeNumber('count', 0, MOST, {
    rule: `a whole number from 0 to ${MOST}`,
    remedy: 'write for example 10, without quotes',
  });

/** Seconds, where Kubernetes counts them so. */
export const seconds = () =>
  wholeNumber('seconds', 0, MOST, {
    rule: `seconds: a whole number from 0 to ${MOST}`,
    remedy: 'write for example 300, without quotes',
  });

export const positiveNumber = () =>
  someNumber('number', MOST, {
    rule: `a number above 0, at most ${MOST}`,
    remedy: 'write for example 10 or 0.5, without quotes',
  });

export const percent = () =>
  someNumber('percent', 100, { rule: 'percent: above 0, at most 100', remedy: 'write for example 5, without %' });

/** A fraction, for sampling. */
export const fraction = () => {
  const params = { rule: 'a fraction: 0 to 1', remedy: 'write for example 0.1, to keep one line in ten' };
  return z
    .number(says(params))
    .refine((value) => value >= 0 && value <= 1, { params: { ...params } })
    .meta({ title: 'fraction', minimum: 0, maximum: 1 });
};

const DAY_RULE = {
  rule: 'a day: year, month and day',
  remedy: "write for example '2027-03-01', in quotes",
};

/** A day as `YYYY-MM-DD`, meaning its midnight UTC. Pulumi's YAML reads an unquoted day as a time, so that form is accepted. */
export const day = (): z.ZodType<string, string> =>
  parsed(
    withPattern('day', /^\d{4}-\d{2}-\d{2}(T00:00:00Z)?$/, DAY_RULE),
    (written) => {
      const text = written.slice(0, 'YYYY-MM-DD'.length);
      const time = new Date(`${text}T00:00:00Z`);
      // JavaScript turns the 31st of a shorter month into a day of the next month.
      return Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text) ? undefined : text;
    },
    DAY_RULE,
  );

const EVALUATION_TIME = {
  rule: 'a time in whole numbers with d, h, m or s, larger units first; 0s is none',
  remedy: 'write for example 5m',
};

/** A time as rule files have it, including zero. */
export const evaluationTime = () =>
  withPattern('time', /^(?=.)(\d{1,5}d)?(\d{1,5}h)?(\d{1,5}m)?(\d{1,5}s)?$/, EVALUATION_TIME);

/** Such a time that is not shorter than another. */
export const timeFrom = (least: string) => {
  const params = { rule: `a time of at least ${least}`, remedy: `write for example ${least}` };
  const shortest = parseDuration(least)?.milliseconds ?? 0;
  return evaluationTime()
    .refine((written) => (parseDuration(written)?.milliseconds ?? 0) >= shortest, { params, abort: true })
    .meta({ title: `time from ${least}`, patternErrorMessage: `${EVALUATION_TIME.rule}; at least ${least}` });
};

/** A time of day. A day ends at `24:00`. */
export const clock = () =>
  withPattern('time of day', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    rule: 'a time of day from 00:00 to 24:00, in quotes',
    remedy: "write for example '22:00'",
  });

const ZONE_RULE = {
  rule: 'a time zone of the IANA database',
  remedy: 'write for example Europe/Berlin',
};

/** A time zone of the IANA database. Abbreviations are refused, because they mean several zones. */
export const timeZone = () =>
  z
    .string(says(ZONE_RULE))
    .refine(isZone, { params: { ...ZONE_RULE } })
    .meta({ title: 'time zone', patternErrorMessage: ZONE_RULE.rule });

function isZone(name: string): boolean {
  return name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name);
}

/** A moment, in UTC and to the second. */
export const moment = (): z.ZodType<string, string> =>
  parsed(
    withPattern('moment', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, MOMENT_RULE),
    (written) => {
      const time = new Date(written);
      // As with days.
      return Number.isNaN(time.getTime()) || !time.toISOString().startsWith(written.slice(0, -1)) ? undefined : written;
    },
    MOMENT_RULE,
  );
