/** Amounts, numbers and times. */
import { z } from 'zod';
import {
  BYTE_SIZE_PATTERN,
  type ByteSize,
  type Cpu,
  CPU_PATTERN,
  DURATION_PATTERN,
  type Duration,
  parseByteSize,
  parseCpu,
  parseDuration,
} from '../units';
import { described, parsed, says, someNumber, wholeNumber, withPattern } from './base';

const above0 = <K extends string, T extends Readonly<Record<K, number>>>(
  value: T | undefined,
  key: K,
): T | undefined => (value !== undefined && value[key] > 0 ? value : undefined);

const DURATION_RULE = {
  rule: 'a duration above 0: whole numbers with ms, s, m, h, d or w',
  remedy: 'write for example 30d, 720h or 1h30m',
};
const BYTES_RULE = {
  rule: 'a size above 0: a number with B, KB, MB, GB, TB, Ki, Mi, Gi or Ti, whole bytes',
  remedy: 'write for example 15MB or 512Mi',
};
const CPU_RULE = {
  rule: 'an amount of CPU above 0: cores, or thousandths with m',
  remedy: 'write for example 250m, "1" or 0.5',
};

/** Zero is no time: a ticker of Loki's with 0 panics, and a wait of 0 is over before it starts. */
export const duration = (): z.ZodType<Duration, string> =>
  parsed(
    withPattern('duration', DURATION_PATTERN, DURATION_RULE),
    (written) => above0(parseDuration(written), 'milliseconds'),
    DURATION_RULE,
  );

/** Zero is no size: as a memory limit it would mean none, as a rate it would refuse every line. */
export const byteSize = (): z.ZodType<ByteSize, string> =>
  parsed(
    withPattern('size', BYTE_SIZE_PATTERN, BYTES_RULE),
    (written) => above0(parseByteSize(written), 'bytes'),
    BYTES_RULE,
  );

/** YAML reads an unquoted `1` or `0.5` as a number, so both forms are taken. */
export const cpu = (): z.ZodType<Cpu, string | number> =>
  parsed(
    z
      .union([z.number(), z.string()], says(CPU_RULE))
      .meta({ ...described('CPU', CPU_PATTERN, CPU_RULE), exclusiveMinimum: 0 }),
    (written) => above0(parseCpu(String(written)), 'millicores'),
    CPU_RULE,
  );

export const positiveInteger = () =>
  wholeNumber('whole number', 1, undefined, {
    rule: 'a whole number above 0',
    remedy: 'write for example 3, without quotes',
  });

/** Zero is allowed: nothing at all of it is normal. */
export const count = () =>
  wholeNumber('count', 0, undefined, {
    rule: 'a whole number, 0 or above',
    remedy: 'write for example 10, without quotes',
  });

export const positiveNumber = () =>
  someNumber('number', Infinity, { rule: 'a number above 0', remedy: 'write for example 10 or 0.5, without quotes' });

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
  remedy: 'write for example 2027-03-01',
};

/** Midnight UTC of a day, as `YYYY-MM-DD`. Pulumi's YAML takes it for a time, and hands it over as one. */
export const day = (): z.ZodType<string, string> =>
  parsed(
    withPattern('day', /^\d{4}-\d{2}-\d{2}(T00:00:00Z)?$/, DAY_RULE),
    (written) => {
      const text = written.slice(0, 'YYYY-MM-DD'.length);
      const time = new Date(`${text}T00:00:00Z`);
      // Of the 31st of a month that has none, JavaScript makes the first of the next.
      return Number.isNaN(time.getTime()) || !time.toISOString().startsWith(text) ? undefined : text;
    },
    DAY_RULE,
  );

const EVALUATION_TIME = {
  rule: 'a time in whole numbers with d, h, m or s, larger units first; 0s is none',
  remedy: 'write for example 5m',
};

/** As rule files have it: zero, too. */
export const evaluationTime = () =>
  withPattern('time', /^(?=.)(\d{1,5}d)?(\d{1,5}h)?(\d{1,5}m)?(\d{1,5}s)?$/, EVALUATION_TIME);

/** A time of day; a day ends at `24:00`. */
export const clock = () =>
  withPattern('time of day', /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    rule: 'a time of day from 00:00 to 24:00, in quotes',
    remedy: "write for example '22:00'",
  });

const ZONE_RULE = {
  rule: 'a time zone of the IANA database',
  remedy: 'write for example Europe/Berlin',
};

/** Whose clock. Abbreviations are none: they mean several zones. */
export const timeZone = () =>
  z
    .string(says(ZONE_RULE))
    .refine(isZone, { params: { ...ZONE_RULE } })
    .meta({ title: 'time zone', patternErrorMessage: ZONE_RULE.rule });

function isZone(name: string): boolean {
  return name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name);
}
