/** Scalars for the Kubernetes API server and the kubelet, within their bounds. */
import { z } from 'zod';
import { EVERY_OBJECT_HAS, says, wholeNumber, withPattern } from './base';

const LONGEST_LABEL = 63;

/** Key of a ConfigMap or a Secret, which becomes the name of a file. */
export const secretKey = () =>
  withPattern('key of a ConfigMap', /^(?!\.\.?$|\.\.)[\w.-]{1,253}$/, {
    rule: 'a key of a ConfigMap: at most 253 letters, digits, - _ and .',
    remedy: 'write for example ca.crt',
  });

const labelOf = (longest: number): RegExp => new RegExp(`^[a-z0-9]([-a-z0-9]{0,${longest - 2}}[a-z0-9])?$`);

/** A DNS label: names of namespaces, Secrets, credentials. */
export const dnsLabel = () =>
  withPattern('DNS label', labelOf(LONGEST_LABEL), {
    rule: 'a DNS label: lower-case letters, digits and hyphens, at most 63',
    remedy: 'write for example spywatcher-logs',
  });

/** Namespaces: one by its name, or those of a pattern. */
export const namespacePattern = () =>
  withPattern('namespace pattern', /^(?=.{1,63}$)(?!\*$)(?!.*\*\*)[a-z0-9*](?:[-a-z0-9*]*[a-z0-9*])?$/, {
    rule: 'a namespace, or a pattern with * for any letters: lower-case letters, digits, hyphens and stars, at most 63, not a star alone',
    remedy: 'write for example kube-system, or kube-* for all whose names begin so',
  });

/** A DNS label from which a longer one is made for Kubernetes: `nameOf(label)`. */
export const dnsLabelWithin = (nameOf: (label: string) => string) => {
  const longest = LONGEST_LABEL - nameOf('').length;
  return withPattern('short DNS label', labelOf(longest), {
    rule: `a DNS label: lower-case letters, digits and hyphens, at most ${longest}`,
    remedy: 'write for example nginx',
  });
};

const SUBDOMAIN = String.raw`[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*`;

/** Name of an object that exists already: a StorageClass, an IngressClass, a ClusterIssuer. */
export const objectName = (what: string, example: string) =>
  withPattern('object name', new RegExp(`^(?=.{1,253}$)${SUBDOMAIN}$`), {
    rule: `${what}: lower-case letters, digits, hyphens and dots, at most 253`,
    remedy: `write for example ${example}`,
  });

const QUALIFIED = String.raw`(?:(?=[^/]{1,253}/)${SUBDOMAIN}/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?`;

/** Name of a class of load balancers. */
export const loadBalancerClass = () =>
  withPattern('load balancer class', new RegExp(`^${QUALIFIED}$`), {
    rule: 'a class of load balancers: at most 63 letters, digits, - _ and ., the first and the last a letter or digit; a domain and / may stand before it',
    remedy: 'write for example service.k8s.aws/nlb',
  });

/** Host of an Ingress, a route or a certificate. */
export const publishedHost = () =>
  withPattern(
    'host name',
    /^(?![\d.]+$)(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/,
    {
      rule: 'a host name in lower-case letters, no address: certificates and routes are of names',
      remedy: 'write for example logs.example.com',
    },
  );

/** Key of a label, of an annotation, or of a taint. */
export const labelKey = () =>
  // cdk8s takes an object with such a key for an instance of a class, and renders no manifest.
  withPattern('label key', new RegExp(`^(?!constructor$)${QUALIFIED}$`), {
    rule: 'a key as Kubernetes has them: at most 63 letters, digits, - _ and ., the first and the last a letter or digit; a domain and / may stand before it; not constructor',
    remedy: 'write for example app.kubernetes.io/name',
  });

/** A label, with any value or with this one. */
export const labelSelector = () =>
  withPattern('label selector', new RegExp(`^${QUALIFIED}(?:=[A-Za-z0-9](?:[-\\w.]{0,61}[A-Za-z0-9])?)?$`), {
    rule: 'the key of a label, or key=value',
    remedy: 'write for example loki_rule, or loki_rule=spywatcher',
  });

/** Value of a label of an object, or of a taint. */
export const objectLabelValue = () =>
  withPattern('object label value', /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/, {
    rule: 'the value of a label: at most 63 letters, digits, - _ and ., the first and the last a letter or digit',
    remedy: "write for example backend, or '1' in quotes",
  });

/** Labels of objects, or labels that select them. */
export const objectLabels = () => z.record(labelKey(), objectLabelValue());

const ANNOTATIONS = {
  rule: 'annotations of at most 256 KiB in all: Kubernetes takes no more',
  remedy: 'shorten them',
};
/** The rest is for annotations that the stack itself adds. */
const MOST_ANNOTATIONS = 250 * 2 ** 10;

export const annotations = () =>
  z
    .record(labelKey(), z.string())
    .refine((entries) => Buffer.byteLength(Object.entries(entries).flat().join('')) <= MOST_ANNOTATIONS, {
      params: { ...ANNOTATIONS },
    });

/** How much a preference counts beside others. */
export const weight = () =>
  wholeNumber('weight', 1, 100, {
    rule: 'a weight: a whole number from 1 to 100',
    remedy: 'write for example 50, without quotes',
  });

/** Name of an environment variable, as shells have them. */
export const envName = () =>
  withPattern('environment variable', new RegExp(`^(?!(?:${EVERY_OBJECT_HAS})$)[A-Za-z_]\\w{0,127}$`), {
    rule: 'the name of an environment variable: at most 128 letters, digits and underscores, the first no digit',
    remedy: 'write for example GODEBUG',
  });

/** Linux takes 128 KiB for one variable. */
const MOST_ENV = 32_768;

/** Value of an environment variable. */
export const envValue = () =>
  withPattern('value of a variable', new RegExp(`^[^]{0,${MOST_ENV}}$`), {
    rule: `text of at most ${MOST_ENV} characters`,
    remedy: "write for example '1', in quotes",
  });

const MOST_PODS = 1000;
const pods = (title: string, least: number) =>
  wholeNumber(title, least, MOST_PODS, {
    rule: `a number of pods: a whole number from ${least} to ${MOST_PODS}`,
    remedy: 'write for example 3, without quotes',
  });

/** Pods of one workload. */
export const replicas = () => pods('number of pods', 1);

/** Pods of a workload that a stack can do without. */
export const replicasOrNone = () => pods('number of pods, or 0', 0);

const HOST_PART = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const REGISTRY = String.raw`${HOST_PART}(?:\.${HOST_PART})*(?::\d{1,5})?`;
const REPOSITORY = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const DIGEST = '@sha256:[0-9a-f]{64}';

/** An image with a digest, or with a tag that names one release, so that the tested image runs. */
export const image = () =>
  withPattern(
    'image',
    new RegExp(
      String.raw`^(?=[^@]{1,200}(?:@|$))(?:${REGISTRY}/)?${REPOSITORY}(?:/${REPOSITORY})*(?:${DIGEST}|:v?\d+\.\d+\.\d+[\w.-]{0,64}(?:${DIGEST})?)$`,
    ),
    {
      rule: 'an immutable image reference: a tag with a full version, or a digest',
      remedy: 'write for example docker.io/grafana/loki:3.7.8, or append @sha256:…',
    },
  );

/** Registry that images are pulled from. It is put in front of their names. */
export const imageRegistry = () =>
  withPattern('registry', new RegExp(`^(?=.{1,150}$)${REGISTRY}(?:/${REPOSITORY})*/?$`), {
    rule: 'a registry as it stands in an image reference: host, port and path in small letters, without scheme, user and password, at most 150',
    remedy: 'write for example registry.example.com/mirror; its password is a Secret, named in images.pullSecrets',
  });

const ONCE = { rule: 'each entry once', remedy: 'remove one of the two' };

/** A list without repeated entries. */
export const distinct = <T extends z.ZodType>(entries: z.ZodArray<T>): z.ZodArray<T> => {
  says(ONCE);
  return entries.check((context) => {
    const { value } = context;
    value.forEach((entry, index) => {
      if (value.indexOf(entry) < index)
        context.issues.push({ code: 'custom', path: [index], params: { ...ONCE }, input: entry });
    });
  });
};
