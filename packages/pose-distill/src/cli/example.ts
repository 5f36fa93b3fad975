/** What follows the options in the help of a command. */
export function example(...commands: readonly string[]): string {
  return `\nExample:\n${commands.map((command) => `  pose-distill ${command}`).join('\n')}`;
}
