/*
 * Kubernetes reads `$(NAME)` and `$$` in variables and commands:
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */

/** A text as it is to reach the program, whatever dollars it holds. */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, '$$$$');
}

/** A command: `$(NAME)` is a variable of its container, as Kubernetes has it; two dollars are two dollars. */
export function commandText(text: string): string {
  return text.replaceAll(/\$(?=\$)/g, '$$$$');
}
