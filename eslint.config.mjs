import pulumi from '@pulumi/eslint-plugin';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['lib/', 'dist/', 'node_modules/', 'docs/', '**/*.js', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@pulumi': pulumi },
    rules: {
      // An Output in a template literal becomes a sentence about toString in the manifest.
      '@pulumi/no-output-in-template-literal': 'error',
      // A number in a message is as readable as a string.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A construct registers itself with its scope: `new` is the statement.
      'no-new': 'off',
      // A construct is a class by cdk8s' design, even one that only has a constructor.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    // Whose own tsconfig.json is for a folder with the package installed; test/package compiles them there.
    files: ['examples/cdk8s-app/*.ts', 'examples/pulumi-program/*.ts'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@pulumi/no-output-in-template-literal': 'off' },
  },
  {
    // Grafana's file provisioning reads the first dashboard model; the SDK calls it deprecated in favour of the API's second.
    files: ['src/dashboards/*.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
);
