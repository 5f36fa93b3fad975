/** What follows the options in the help of a command. */
export function example(...commands: readonly string[]): string {
  const title = commands.length === 1 ? 'Example' : 'Examples';
  return `\n${title}:\n${commands.map((command) => `  pose-distill ${command}`).join('\n')}`;
}
