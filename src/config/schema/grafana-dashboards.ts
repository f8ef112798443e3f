import { z } from 'zod';
import { defaults } from '../defaults';
import { dashboardFolder, dashboardFolderTitle } from '../scalars';

const file = z.strictObject({
  name: z.string().min(1).describe('Name of the file. Problems name it.'),
  content: z.string().describe('Text of the file: the JSON of a dashboard.'),
});

export const dashboards = z.strictObject({
  folder: dashboardFolder().describe(
    'Folder with the dashboards, relative to the folder of the stack file. Each of its files `*.json` is one.',
  ),
  title: dashboardFolderTitle()
    .default(defaults.grafana.dashboards.title)
    .describe('Title of their folder in Grafana.'),
  files: z
    .array(file)
    .optional()
    .describe(
      'The dashboards. The loader of stack files sets them. Set them only in a program that makes its config itself.',
    ),
});
