/** Every command: what it does, where it is, and what is compiled before it runs. */
declare const commands: Readonly<
  Record<string, { readonly does: string; readonly module: string; readonly compiles?: 'product' | 'local' }>
>;
export = commands;
