/** Remedies that several links have in common. */

/** How a stack is applied. */
export const applyTodo = (stack: string): string =>
  `pulumi up --stack ${stack}, or kubectl apply --server-side -f dist/${stack}`;
