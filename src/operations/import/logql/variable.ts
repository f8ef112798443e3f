/** A variable of a dashboard that lists the values of a label, of the streams of a selector. */
import { judge, type Judgement } from './judge';
import { counterpartOf, type Origin } from './label-map';

/** @param selector - empty for all streams. */
export function judgeVariable(
  selector: string,
  label: string,
  origin: Origin,
): { readonly query: string; readonly judgement: Judgement } {
  const query = call(selector, label);
  const counterpart = counterpartOf(label, origin);
  if (counterpart.kind !== 'label')
    return { query, judgement: { verdict: 'nothing', why: [whyNot(label, counterpart)] } };
  const { name } = counterpart;
  const inner: Judgement = selector === '' ? { verdict: 'good', why: [] } : judge(selector, origin);
  const why = [...inner.why, ...(name === label ? [] : [`\`${label}\` is \`${name}\` here`])];
  if (inner.verdict === 'nothing' || inner.verdict === 'unreadable') return { query, judgement: { ...inner, why } };
  const after = inner.rewritten ?? selector;
  // A list of values is asked of streams, without filters.
  if (after.includes('} |')) return { query, judgement: { verdict: 'nothing', why: [...why, NO_FILTER] } };
  return why.length === 0
    ? { query, judgement: inner }
    : { query, judgement: { verdict: 'rewrite', why, rewritten: call(after, name) } };
}

const NO_FILTER = 'values of a label are listed of streams, by their labels alone: leave this condition out';

function whyNot(
  label: string,
  counterpart: Exclude<ReturnType<typeof counterpartOf>, { readonly kind: 'label' }>,
): string {
  if (counterpart.kind === 'metadata')
    return `\`${counterpart.name}\` is beside the line here, and Loki lists values of labels alone: make it a text box`;
  return counterpart.kind === 'none' ? `\`${label}\`: ${counterpart.instead}` : counterpart.why;
}

const call = (selector: string, label: string): string =>
  `label_values(${selector === '' ? '' : `${selector}, `}${label})`;
