/** Lines of only one side, marked: those that went, and then those that came. */
export function listChanges(
  before: readonly string[],
  after: readonly string[],
): string[] {
  const gone = before.filter((line) => !after.includes(line));
  const added = after.filter((line) => !before.includes(line));
  return [
    ...gone.map((line) => `- ${line}`),
    ...added.map((line) => `+ ${line}`),
  ];
}
