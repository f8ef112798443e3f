/** Scalars for files and folders. */
import { type RuleParams, withPattern } from './base';

/** Path of a rule file. Its last part becomes a key of a ConfigMap. */
export const ruleFilePath = () =>
  withPattern('rule file', /^(?!\/)([\w .-]+\/)*[A-Za-z0-9][\w.-]{0,200}\.ya?ml$/, {
    rule: 'the path of a YAML file, from the folder of the stack file; its name has at most 200 letters, digits, - _ and .',
    remedy: 'write for example alerts/team.yaml',
  });

/** Folder beside the stack file. */
const folder = (example: string) =>
  withPattern('folder', /^(?![/ ])(?:[\w .-]{1,100}\/){0,9}[\w .-]{0,99}[\w.-]$/, {
    rule: 'the path of a folder, from the folder of the stack file, without / at its end',
    remedy: `write for example ${example}`,
  });

export const dashboardFolder = () => folder('dashboards');
export const ruleFolder = () => folder('rules/prod');

export const RULE_FILE_KEY: RuleParams = {
  rule: 'a key that ends in .yaml or .yml, and begins with a letter or digit',
  remedy: 'write for example guilds.yaml',
};

/** Key of a ConfigMap whose text is a rule file. */
export const ruleFileKey = () => withPattern('key of a rule file', /^[A-Za-z0-9][\w.-]*\.ya?ml$/, RULE_FILE_KEY);

/** A directory on the node that nothing else uses. */
export const stateDirectory = (preset: string) =>
  withPattern('state directory', /^\/var\/lib(\/[A-Za-z0-9_][\w.-]*)+$/, {
    rule: 'a directory of its own below /var/lib',
    remedy: `leave it out, for ${preset}`,
  });

/** A folder of the node with log files. The agent sees all of it. */
export const logDirectory = () =>
  withPattern(
    'log directory',
    /^(?!\/(?:bin|boot|dev|etc|home|lib\d*|proc|root|run|sbin|sys|tmp|usr|var\/(?:run|lib\/(?:kubelet|containerd|docker|etcd|rancher)))(?:\/|$))(?!\/var(?:\/lib)?$)(\/[A-Za-z0-9_][\w.-]*)+$/,
    {
      rule: 'an absolute folder for log files, not one of the system’s own',
      remedy: 'write for example /var/log/postgresql',
    },
  );

/** The folder of the node in which Docker keeps containers: `containers` of its data root. */
export const dockerDirectory = () =>
  withPattern(
    'folder of Docker',
    /^(?!\/(?:etc|proc|sys|dev|run|logs|var\/log\/pods)\/)(?:\/[A-Za-z0-9_][\w.-]*)+\/containers$/,
    {
      rule: 'the absolute folder containers of Docker’s data root',
      remedy: 'leave it out, for /var/lib/docker/containers, or write for example /data/docker/containers',
    },
  );

/** A glob of files below a folder. With an unclosed bracket, the agent would log an error and read nothing. */
export const fileGlob = () =>
  withPattern('glob', /^(?!.*\.\.)(?!\/)(?:[\w*?,./-]|\[(?:\w(?:-\w)?)+\]|\{[\w*?,./-]+\}){1,255}$/, {
    rule: 'a glob below the folder, without .. and with each [ and { closed',
    remedy: "write for example '*.log'",
  });
